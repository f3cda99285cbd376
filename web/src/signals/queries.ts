/** What the signals' page asks the server for. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get } from "@/data/client";

const MOVING_MS = 1_000;
const SLOW_MS = 10_000;
const DAY_NS = 86_400_000_000_000;
const POINTS = 240;

export function useSignals() {
  return useQuery({
    queryKey: ["signals"],
    queryFn: () => get("/api/v1/signals"),
    refetchInterval: MOVING_MS,
  });
}

/** Return the scores of the last day of the trader's clock, which an accelerated market owns. */
export function useSignalHistory(nowNs: number | undefined) {
  return useQuery({
    queryKey: ["signals", "history"],
    queryFn: () =>
      get("/api/v1/signals/history", {
        query: { from_ns: Math.max(0, (nowNs ?? 0) - DAY_NS), points: POINTS },
      }),
    enabled: nowNs !== undefined && nowNs > 0,
    placeholderData: keepPreviousData,
    refetchInterval: SLOW_MS,
  });
}

export function useFeatures(instrument: string) {
  return useQuery({
    queryKey: ["features", instrument],
    queryFn: () => get("/api/v1/features", { query: { instrument } }),
    enabled: instrument !== "",
    refetchInterval: MOVING_MS,
  });
}
