"use client";

import { type FormEvent, useState } from "react";
import { linesOf } from "@/data/problem";
import { useMay } from "@/data/session";
import { Button } from "@/ui/button";
import { Input, Select } from "@/ui/form";
import { Panel } from "@/ui/panel";
import { useStartBackfill } from "./queries";

const KINDS = ["bars", "trades", "funding"] as const;
const FRAMES = ["1m", "5m", "15m", "1h", "4h", "1d"];

type Kind = (typeof KINDS)[number];

function kindOf(text: string): Kind {
  return KINDS.find((kind) => kind === text) ?? "bars";
}

/** Starts a download of history into the lake. */
export function StartPanel({ className }: { className?: string }) {
  const mayWork = useMay("jobs");
  const start = useStartBackfill();
  const [venue, setVenue] = useState("binance");
  const [symbols, setSymbols] = useState("BTC/USDT");
  const [kind, setKind] = useState<Kind>("bars");
  const [frame, setFrame] = useState("1h");
  const [since, setSince] = useState("2025-01-01");
  const [until, setUntil] = useState("");
  const names = symbols.split(/[\s,]+/).filter(Boolean);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate({
      venue: venue.trim(),
      symbols: names,
      what: [kind],
      timeframes: kind === "bars" ? [frame] : [],
      since,
      until,
      verify: "",
      repair: false,
    });
  };
  return (
    <Panel title="New download" className={className}>
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Input
          label="Venue"
          required
          value={venue}
          onChange={(event) => setVenue(event.target.value)}
        />
        <Input
          label="Symbols"
          required
          value={symbols}
          hint="as the venue writes them, parted by commas"
          onChange={(event) => setSymbols(event.target.value)}
        />
        <div className="grid grid-cols-2 gap-3">
          <Select
            label="What"
            value={kind}
            options={KINDS}
            onChange={(event) => setKind(kindOf(event.target.value))}
          />
          <Select
            label="Bars of"
            value={frame}
            disabled={kind !== "bars"}
            options={FRAMES}
            onChange={(event) => setFrame(event.target.value)}
          />
          <Input
            label="From"
            type="date"
            required
            value={since}
            onChange={(event) => setSince(event.target.value)}
          />
          <Input
            label="Before"
            type="date"
            value={until}
            hint="empty: up to now"
            onChange={(event) => setUntil(event.target.value)}
          />
        </div>
        {start.error && (
          <p role="alert" className="text-sm text-bad">
            {linesOf(start.error)}
          </p>
        )}
        {start.data && !start.data.is_new && (
          <p role="status" className="text-sm text-quiet">
            The same download is under way already: it is job {start.data.id}.
          </p>
        )}
        <Button
          type="submit"
          tone="primary"
          isBusy={start.isPending}
          disabled={!mayWork || names.length === 0}
          className="self-start"
        >
          Start the download
        </Button>
      </form>
    </Panel>
  );
}
