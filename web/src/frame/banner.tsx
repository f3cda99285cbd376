"use client";

import { useConnection, useHeld } from "@/data/live";
import type { Status } from "@/data/shapes";
import { statusTell, useStaleAge } from "@/data/use-live";
import { retryNow } from "@/data/stream";
import { age } from "@/format/time";
import { useNow } from "./use-now";

/** Each page begins by asking, until the stream has come. */
const SETTLE_MS = 5000;

/** Says that the way of the stream is closed, and what stands in for it. */
function SlowBanner() {
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-3 border-b border-line bg-raised px-4 py-1.5 text-sm text-quiet"
    >
      <span className="font-medium text-text">The live stream is closed.</span>
      <span>Pages ask every second or two instead, and go back to it by themselves.</span>
      <button type="button" onClick={retryNow} className="font-medium underline">
        Try now
      </button>
    </div>
  );
}

/** Says that the trader itself does not answer, though the server does. */
export function SilentBanner() {
  const status = useHeld<Status>("status")?.body;
  const { connection } = useConnection();
  const staleS = useStaleAge(statusTell);
  if (status === undefined || connection === "lost") return null;
  const isEnded = status.liveness === "ended";
  if (status.liveness !== "silent" && !isEnded) return null;
  return (
    <div
      role="alert"
      className={`flex flex-wrap items-center gap-x-3 border-b px-4 py-1.5 text-sm ${isEnded ? "border-line bg-raised text-quiet" : "border-bad bg-bad-soft text-bad"}`}
    >
      <span className="font-medium">
        {isEnded ? "No trader runs." : `The trader does not answer${sinceWords(staleS)}.`}
      </span>
      <span>
        {isEnded
          ? "What is shown is what it said last."
          : "What is shown is what it said last; orders and stops at the venue stay as they are. An emergency stop is kept for it."}
      </span>
    </div>
  );
}

function sinceWords(seconds: number | null): string {
  return seconds === null ? "" : ` for ${age(seconds)}`;
}

/** Says that nothing is heard, since when, and when it is tried again; what is shown stays. */
export function DisconnectedBanner() {
  const { connection, sinceMs, retryMs } = useConnection();
  const nowMs = useNow(500);
  if (nowMs === 0) return null;
  if (connection === "polling" && nowMs - sinceMs > SETTLE_MS) return <SlowBanner />;
  if (connection !== "lost") return null;
  const leftS = Math.max(0, Math.ceil((retryMs - nowMs) / 1000));
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-x-3 border-b border-warn bg-warn-soft px-4 py-1.5 text-sm text-warn"
    >
      <span className="font-medium">Disconnected for {age((nowMs - sinceMs) / 1000)}.</span>
      <span>
        What is shown is of before; whether the trader goes on is not known here.{" "}
        {leftS > 0 ? `Next attempt in ${leftS} s.` : "Trying now."}
      </span>
      <button type="button" onClick={retryNow} className="font-medium underline">
        Try now
      </button>
    </div>
  );
}
