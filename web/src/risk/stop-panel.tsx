"use client";

import { OPEN_STOP } from "@/frame/emergency-stop";
import { modeOf } from "@/frame/mode";
import { Rearm } from "@/frame/rearm";
import { useMay } from "@/data/session";
import type { Status } from "@/data/shapes";
import { statusTell } from "@/data/use-live";
import { capital, counted } from "@/format/words";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Panel } from "@/ui/panel";

/** Stop everything, or trade again: what stands, and the one action that changes it. */
export function StopPanel({ status, className }: { status: Status; className?: string }) {
  const mayStop = useMay("stop");
  const { halted, needsRearm } = modeOf(status);
  return (
    <Panel
      title="Trading"
      actions={<Badge tone={halted ? "warn" : "good"}>{status.phase}</Badge>}
      tell={statusTell}
      className={className}
    >
      {needsRearm ? (
        <Rearm status={status} onDone={() => undefined} />
      ) : (
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="text-quiet">
            {capital(status.phase)}: {counted(status.positions.length, "position")} and{" "}
            {counted(status.orders.length, "open order")}.
          </p>
          <Button
            tone="danger"
            disabled={!mayStop}
            onClick={() => window.dispatchEvent(new Event(OPEN_STOP))}
          >
            Emergency stop…
          </Button>
        </div>
      )}
    </Panel>
  );
}
