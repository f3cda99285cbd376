"use client";

import { useNow } from "@/frame/use-now";
import type { Status } from "@/data/shapes";
import { statusTell } from "@/data/use-live";
import { duration } from "@/format/time";
import { counted } from "@/format/words";
import { Badge } from "@/ui/badge";
import { Panel } from "@/ui/panel";

/** When it was last proved that the journal, played again, gives what the trader holds. */
export function ParityPanel({ status }: { status: Status }) {
  const nowMs = useNow();
  const { ok, checks, last_ns: lastNs } = status.parity;
  const agoS = nowMs && lastNs ? nowMs / 1000 - lastNs / 1e9 : null;
  return (
    <Panel
      title="Parity"
      tell={statusTell}
      actions={
        <Badge tone={checks === 0 ? "neutral" : ok ? "good" : "bad"}>
          {checks === 0 ? "not proved yet" : ok ? "proved" : "differs"}
        </Badge>
      }
    >
      <p className="text-lg">
        {agoS === null ? "No check has ended yet." : `Last proved ${duration(agoS)} ago.`}
      </p>
      <p className="text-quiet">
        {counted(checks, "check")}: the journal played again, its state compared with the one that
        trades.
      </p>
    </Panel>
  );
}
