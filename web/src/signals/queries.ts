/** What the signals' page shows: scores as they are now from the stream, the past by asking. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { get } from "@/data/client";
import { askedTold, type Tell } from "@/data/freshness";
import { useConnection } from "@/data/live";
import type { Schema } from "@/data/schemas";
import { useChannel } from "@/data/status";
import { type Live, streamedNow } from "@/data/use-live";

const CHANNEL = "signal_update";

const MOVING_MS = 1_000;
export const SLOW_MS = 10_000;
const DAY_NS = 86_400_000_000_000;
const POINTS = 240;

/** Return the matrix: its rows as they are now, names and thresholds as they were asked for. */
export function useSignals(): Live<Schema<"Signals">> {
  const held = useChannel<Schema<"SignalRow">[]>(CHANNEL)?.body;
  const isStreamed = useConnection().connection === "live" && held !== undefined;
  const everyMs = isStreamed ? SLOW_MS : MOVING_MS;
  const query = useQuery({
    queryKey: ["signals"],
    queryFn: () => get("/api/v1/signals"),
    refetchInterval: everyMs,
  });
  const { data: answer, dataUpdatedAt } = query;
  const data = useMemo(
    () => (answer && isStreamed ? { ...answer, items: held } : answer),
    [answer, isStreamed, held],
  );
  const tell: Tell = () =>
    isStreamed ? streamedNow(CHANNEL, "journal") : askedTold(dataUpdatedAt, everyMs);
  return { ...query, data, tell };
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
