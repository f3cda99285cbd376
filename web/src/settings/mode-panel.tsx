"use client";

import { type FormEvent, useState } from "react";
import { post } from "@/data/client";
import { useMay } from "@/data/session";
import { useStatus } from "@/data/status";
import { modeOf } from "@/frame/mode";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input } from "@/ui/form";
import { Panel } from "@/ui/panel";
import { useAction } from "@/ui/use-action";

/** Whose money is at risk, what the trader is doing, and the ways to hold it back or let it go. */
export function ModePanel() {
  const status = useStatus();
  const mayStop = useMay("stop");
  const mayRearm = useMay("rearm");
  const [asked, setAsked] = useState<"pause" | "rearm" | null>(null);
  if (!status) return null;
  const mode = modeOf(status);
  return (
    <Panel title="Mode">
      <dl className="grid grid-cols-[max-content_1fr] items-center gap-x-6 gap-y-3">
        <dt className="text-quiet">Mode</dt>
        <dd className="flex flex-wrap items-center gap-2">
          <Badge tone={mode.isLive ? "bad" : "accent"}>{mode.word}</Badge>
          {status.mode}: {mode.note}
        </dd>
        <dt className="text-quiet">Venue</dt>
        <dd>{status.venue}</dd>
        <dt className="text-quiet">Now</dt>
        <dd className="flex flex-wrap items-center gap-2">
          <Badge tone={mode.halted ? "warn" : "good"}>{status.phase}</Badge>
          {mode.needsRearm ? (
            <Button disabled={!mayRearm} onClick={() => setAsked("rearm")}>
              Trade again
            </Button>
          ) : (
            <Button disabled={!mayStop} onClick={() => setAsked("pause")}>
              Pause
            </Button>
          )}
        </dd>
      </dl>
      <p className="mt-4 max-w-prose border-t border-line pt-4 text-quiet">
        A run keeps the mode it was begun with. Real money is never switched on from a page: go
        through <code className="font-mono">docs/how-to/go-live.md</code>, then start{" "}
        <code className="font-mono">traider run --live</code> at the machine&apos;s own terminal.
      </p>
      <Dialog
        title={asked === "pause" ? "Pause" : "Trade again"}
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
      >
        {asked && <WhyForm to={asked} onDone={() => setAsked(null)} />}
      </Dialog>
    </Panel>
  );
}

function WhyForm({ to, onDone }: { to: "pause" | "rearm"; onDone: () => void }) {
  const [why, setWhy] = useState("");
  const act = useAction(async () => {
    const body = { why };
    await (to === "pause"
      ? post("/api/v1/control/pause", { body })
      : post("/api/v1/control/rearm", { body }));
    onDone();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    act.start(undefined);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p>
        {to === "pause"
          ? "Nothing new is opened; positions may only shrink, and what guards them stays."
          : "It may open positions again at once."}
      </p>
      <Input
        autoFocus
        label="Why"
        hint="the audit keeps it"
        required
        maxLength={500}
        value={why}
        error={act.error}
        onChange={(event) => setWhy(event.target.value)}
      />
      <Button type="submit" tone="primary" isBusy={act.isBusy} className="self-end">
        {to === "pause" ? "Pause" : "Trade again"}
      </Button>
    </form>
  );
}
