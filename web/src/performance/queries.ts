/** What the page of performance asks the server for. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useLongAnswer } from "@/data/being-made";
import { get } from "@/data/client";
import { askedTold } from "@/data/freshness";
import type { Schema } from "@/data/schemas";
import { type Live, statusTell } from "@/data/use-live";
import { carriedOn } from "./carried";

export const MOVING_MS = 5_000;
export const SLOW_MS = 30_000;
const POINTS = 2_000;
const BARS_MOST = 2_000;

/** Where the window begins; null for all, undefined while that is not known. */
type From = number | null | undefined;

const shared = { placeholderData: keepPreviousData, refetchInterval: MOVING_MS } as const;

/** Return the NAV series of a window, up to the second that the trader told last. */
export function useNav(
  from: From,
  seconds: readonly (readonly [number, string])[] | undefined,
): Live<Schema<"NavShape">> {
  const query = useQuery({
    queryKey: ["portfolio", "nav", from],
    queryFn: () =>
      get("/api/v1/portfolio/nav", { query: { from_ns: from ?? undefined, points: POINTS } }),
    enabled: from !== undefined,
    ...shared,
    refetchInterval: SLOW_MS,
  });
  const { data: answer, dataUpdatedAt } = query;
  const data = useMemo(() => answer && carriedOn(answer, seconds ?? []), [answer, seconds]);
  return { ...query, data, tell: () => statusTell() ?? askedTold(dataUpdatedAt, SLOW_MS) };
}

export function usePerformance(from: From, benchmark: string) {
  return useQuery({
    queryKey: ["portfolio", "performance", from, benchmark],
    queryFn: () =>
      get("/api/v1/portfolio/performance", { query: { from_ns: from ?? undefined, benchmark } }),
    enabled: from !== undefined,
    ...shared,
  });
}

export function useAttribution() {
  return useLongAnswer(
    ["portfolio", "attribution"],
    () => get("/api/v1/portfolio/attribution"),
    SLOW_MS,
  );
}

/** Return closes of an instrument over a window, coarse enough for a few hundred of them. */
export function useBenchmark(instrument: string, fromNs: number | null, untilNs: number | null) {
  const longS = fromNs === null || untilNs === null ? 0 : (untilNs - fromNs) / 1e9;
  const frame = longS > 20 * 86_400 ? "1h" : longS > 86_400 ? "5m" : longS > 7_200 ? "1m" : "5s";
  return useQuery({
    queryKey: ["market", "closes", instrument, frame, fromNs],
    queryFn: () =>
      get("/api/v1/market/bars", {
        query: { instrument, frame, from_ns: fromNs ?? undefined, limit: BARS_MOST },
      }),
    enabled: instrument !== "" && fromNs !== null,
    ...shared,
  });
}
