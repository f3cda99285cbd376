"use client";

import { useEffect, useState } from "react";
import type { Status } from "@/data/shapes";
import { duration } from "@/format/time";
import { Icon } from "@/ui/icons";
import { progressOf } from "./stopping";

interface StopProgressViewProps {
  /** How it stood when the stop was given. */
  before: Status | undefined;
  status: Status;
  beganMs: number;
}

function Step({ isDone, children }: { isDone: boolean; children: React.ReactNode }) {
  return (
    <li className="flex items-center gap-3">
      <span className={isDone ? "text-good" : "pulse-soft text-warn"}>
        <Icon name={isDone ? "check" : "unfold"} />
      </span>
      {children}
    </li>
  );
}

/** How a stop goes: orders and positions left, and the time it takes. */
export function StopProgressView({ before, status, beganMs }: StopProgressViewProps) {
  const progress = progressOf(status);
  const [tookMs, setTookMs] = useState(0);
  const { isDone } = progress;
  useEffect(() => {
    setTookMs(performance.now() - beganMs);
    if (isDone) return;
    const timer = setInterval(() => setTookMs(performance.now() - beganMs), 100);
    return () => clearInterval(timer);
  }, [beganMs, isDone]);
  const orders = before?.orders.length ?? 0;
  const positions = before?.positions.length ?? 0;
  return (
    <div role="status" className="mb-4 flex flex-col gap-4">
      <p className="flex items-baseline justify-between text-lg font-medium">
        {isDone ? "Everything is stopped" : "Stopping"}
        <span className="figure text-xl">{duration(tookMs / 1000)}</span>
      </p>
      <ul className="flex flex-col gap-2">
        <Step isDone={progress.isRefusing}>New orders are refused</Step>
        <Step isDone={progress.ordersLeft === 0}>
          {progress.ordersLeft === 0
            ? `Orders cancelled (${orders})`
            : `Orders left: ${progress.ordersLeft} of ${Math.max(orders, progress.ordersLeft)}`}
        </Step>
        <Step isDone={progress.positionsLeft === 0}>
          {progress.positionsLeft === 0
            ? `Positions closed (${positions})`
            : `Positions left: ${progress.positionsLeft} of ${Math.max(positions, progress.positionsLeft)}`}
        </Step>
      </ul>
    </div>
  );
}
