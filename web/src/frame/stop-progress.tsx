"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { get } from "@/data/client";
import { duration } from "@/format/time";
import { Icon } from "@/ui/icons";
import { isOver, stepsOf, type StopStep, tookMsOf } from "./stopping";

const LOOK_MS = 250;
const WAITING_MS = 1_000;
const TITLES: Record<string, string> = {
  done: "Everything is stopped",
  open: "Stopped, but something stays open",
  waiting: "Nobody answers: the stop waits for the trader",
};

interface StopProgressViewProps {
  /** Id of the stop; empty until the server took it. */
  id: string;
  beganMs: number;
}

function Step({ step }: { step: StopStep }) {
  return (
    <li className="flex items-center gap-3">
      <span className={step.isDone ? "text-good" : "pulse-soft text-warn"}>
        <Icon name={step.isDone ? "check" : "unfold"} />
      </span>
      <span className="flex-1">{step.words}</span>
      {step.tookMs !== null && (
        <span className="figure text-quiet">{duration(step.tookMs / 1000)}</span>
      )}
    </li>
  );
}

/** How a stop goes, as the server sees it: orders, positions, and the time each took. */
export function StopProgressView({ id, beganMs }: StopProgressViewProps) {
  const query = useQuery({
    queryKey: ["stop", id],
    queryFn: ({ signal }) =>
      get("/api/v1/control/emergency-stop/{stop_id}", { path: { stop_id: id }, signal }),
    enabled: id !== "",
    refetchInterval: (asked) => {
      const phase = asked.state.data?.phase ?? "";
      return isOver(phase) ? false : phase === "waiting" ? WAITING_MS : LOOK_MS;
    },
  });
  const stop = query.data;
  const isDone = isOver(stop?.phase ?? "");
  const [tookMs, setTookMs] = useState(0);
  useEffect(() => {
    if (isDone) return;
    const timer = setInterval(() => setTookMs(performance.now() - beganMs), 100);
    return () => clearInterval(timer);
  }, [beganMs, isDone]);
  return (
    <div role="status" className="mb-4 flex flex-col gap-4">
      <p className="flex items-baseline justify-between text-lg font-medium">
        {TITLES[stop?.phase ?? ""] ?? "Stopping"}
        <span className="figure text-xl">
          {duration((stop && isDone ? tookMsOf(stop) : tookMs) / 1000)}
        </span>
      </p>
      {stop && (
        <ul className="flex flex-col gap-2">
          {stepsOf(stop).map((step) => (
            <Step key={step.words} step={step} />
          ))}
        </ul>
      )}
      {stop?.line && <p className="text-quiet">{stop.line}</p>}
    </div>
  );
}
