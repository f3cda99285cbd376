"use client";

import { memo } from "react";
import type { Health, Status } from "@/data/shapes";
import { statusTell } from "@/data/use-live";
import { lightsOf } from "@/frame/lights";
import { useNow } from "@/frame/use-now";
import { age } from "@/format/time";
import { Light } from "@/ui/badge";
import { Panel } from "@/ui/panel";

const NOT_HEARD: Partial<Record<Status["liveness"], string>> = {
  silent: "the trader does not answer",
  ended: "no trader runs",
};

interface HealthPanelProps {
  health: readonly Health[];
  /** Whether the trader answers: what is known is of before where it does not. */
  liveness: Status["liveness"];
  className?: string;
}

/** How each part is, under the light of the top bar that it belongs to. */
export const HealthPanel = memo(function HealthPanel({
  health,
  liveness,
  className,
}: HealthPanelProps) {
  const nowMs = useNow();
  const bad = health.filter((each) => !each.is_good).length;
  return (
    <Panel
      title="Health"
      note={NOT_HEARD[liveness] ?? (bad ? `${bad} not good` : "all good")}
      tell={statusTell}
      className={className}
    >
      <div className="grid grid-cols-1 gap-x-6 gap-y-4 sm:grid-cols-2">
        {lightsOf(health).map((light) => (
          <div key={light.name} className="flex min-w-0 flex-col gap-1">
            <h3 className="text-xs text-quiet">{light.name}</h3>
            {light.parts.map((part) => (
              <p key={part.part} className="flex min-w-0 items-baseline gap-2">
                <Light state={part.is_good ? (NOT_HEARD[liveness] ? "unknown" : "good") : "bad"} />
                <span className="min-w-0 flex-1 break-words">
                  {part.part}
                  {part.detail && <span className="text-quiet"> {part.detail}</span>}
                </span>
                <span className="figure text-xs text-quiet">
                  {nowMs && part.since_ns ? age(nowMs / 1000 - part.since_ns / 1e9) : ""}
                </span>
              </p>
            ))}
            {light.parts.length === 0 && <p className="text-quiet">not heard from</p>}
          </div>
        ))}
      </div>
    </Panel>
  );
});
