"use client";

import { useConnection } from "@/data/live";
import { retryNow } from "@/data/stream";
import { age } from "@/format/time";
import { useNow } from "./use-now";

/** Says that nothing is heard, since when, and when it is tried again; what is shown stays. */
export function DisconnectedBanner() {
  const { connection, sinceMs, retryMs } = useConnection();
  const nowMs = useNow(500);
  if (connection !== "lost" || nowMs === 0) return null;
  const leftS = Math.max(0, Math.ceil((retryMs - nowMs) / 1000));
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-x-3 border-b border-warn bg-warn-soft px-4 py-1.5 text-sm text-warn"
    >
      <span className="font-medium">Disconnected for {age((nowMs - sinceMs) / 1000)}.</span>
      <span>
        The trader goes on by itself; what is shown is of before.{" "}
        {leftS > 0 ? `Next attempt in ${leftS} s.` : "Trying now."}
      </span>
      <button type="button" onClick={retryNow} className="font-medium underline">
        Try now
      </button>
    </div>
  );
}
