"use client";

import { useEffect, useState } from "react";
import type { Status } from "@/data/shapes";
import { statusTell } from "@/data/use-live";
import { compact, number } from "@/format/number";
import { duration } from "@/format/time";
import { Figure } from "@/ui/figure";
import { Panel } from "@/ui/panel";
import { type Counted, rateOf, withSample } from "./rates";

const KEPT_MS = 30_000;
const ROWS = [
  ["events", "Events"],
  ["decisions", "Decisions"],
  ["orders_sent", "Orders sent"],
  ["orders_refused", "Orders refused"],
  ["fills", "Fills"],
  ["reconnects", "Reconnects"],
  ["gaps", "Gaps in the data"],
] as const;

/** What happened so far, and how much of it a second now. */
export function RatesPanel({ status }: { status: Status }) {
  const [samples, setSamples] = useState<readonly Counted[]>([]);
  const { counts } = status;
  useEffect(() => {
    setSamples((kept) => withSample(kept, { atMs: Date.now(), counts: { ...counts } }, KEPT_MS));
  }, [counts]);
  return (
    <Panel
      title="Rates"
      note={`up ${duration(status.up_s)}, epoch ${status.epoch}`}
      tell={statusTell}
    >
      <dl className="grid grid-cols-[1fr_auto_auto] gap-x-6 gap-y-1.5">
        <dt className="text-xs text-quiet">over 30 s</dt>
        <dd className="text-right text-xs text-quiet">so far</dd>
        <dd className="text-right text-xs text-quiet">a second</dd>
        {ROWS.map(([name, label]) => (
          <div key={name} className="contents">
            <dt>{label}</dt>
            <dd className="text-right">
              <Figure value={counts[name]} digits={0} />
            </dd>
            <dd className="figure text-right text-quiet" title={number(rateOf(samples, name))}>
              {compact(rateOf(samples, name))}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
