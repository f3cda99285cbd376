import { memo } from "react";
import type { Alert, Breaker, Status } from "@/data/shapes";
import { statusTell } from "@/data/use-live";
import { Badge, type Tone } from "@/ui/badge";
import { Time } from "@/ui/figure";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";

const TONES: Record<string, Tone> = { info: "neutral", warning: "warn", critical: "bad" };

interface AlertsProps {
  alerts: readonly Alert[];
  breakers: readonly Breaker[];
  /** Whether the trader answers: one that does not calls for attention by that. */
  liveness: Status["liveness"];
  className?: string;
}

/** What the trader called for attention, newest first, open breakers before all. */
export const Alerts = memo(function Alerts({ alerts, breakers, liveness, className }: AlertsProps) {
  const isSilent = liveness === "silent";
  return (
    <Panel title="Alerts" tell={statusTell} className={className} isFlush>
      {!isSilent && alerts.length + breakers.length === 0 ? (
        <Empty>
          {liveness === "ended"
            ? "No trader runs: nothing is watched."
            : "Nothing calls for attention."}
        </Empty>
      ) : (
        <ul className="divide-y divide-line">
          {isSilent && (
            <li className="flex gap-3 px-4 py-2">
              <Badge tone="bad">silent</Badge>
              <span className="min-w-0 flex-1">
                <b className="font-medium">The trader does not answer</b>{" "}
                <span className="text-quiet">what is below is what it said last</span>
              </span>
            </li>
          )}
          {breakers.map((breaker) => (
            <li key={`${breaker.name} ${breaker.instrument}`} className="flex gap-3 px-4 py-2">
              <Badge tone="bad">breaker</Badge>
              <span className="min-w-0 flex-1">
                <b className="font-medium">{breaker.name}</b> {breaker.words}
              </span>
              <Time ns={breaker.since_ns} />
            </li>
          ))}
          {alerts.toReversed().map((alert) => (
            <li key={`${alert.key} ${alert.at_ns}`} className="flex gap-3 px-4 py-2">
              <Badge tone={TONES[alert.severity] ?? "neutral"}>{alert.severity}</Badge>
              <span className="min-w-0 flex-1">
                <b className="font-medium">{alert.title}</b>{" "}
                <span className="text-quiet">{alert.detail}</span>
              </span>
              <Time ns={alert.at_ns} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
});
