/** What the market's page asks the server for, again and again while it is looked at. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get } from "@/data/client";

export const FRAMES = ["1s", "15s", "1m", "5m", "15m", "1h", "4h", "1d"] as const;
export type Frame = (typeof FRAMES)[number];

const MOVING_MS = 1_000;
const SLOW_MS = 5_000;
const BARS_MOST = 600;
const TRADES_MOST = 100;

export function useProducts() {
  return useQuery({
    queryKey: ["market", "products"],
    queryFn: () => get("/api/v1/market/products"),
    refetchInterval: SLOW_MS,
  });
}

export function useBars(instrument: string, frame: Frame, indicators: string) {
  return useQuery({
    queryKey: ["market", "bars", instrument, frame, indicators],
    queryFn: () =>
      get("/api/v1/market/bars", {
        query: { instrument, frame, indicators, limit: BARS_MOST },
      }),
    enabled: instrument !== "",
    placeholderData: keepPreviousData,
    refetchInterval: MOVING_MS,
  });
}

export function useBook(instrument: string, depth: number) {
  return useQuery({
    queryKey: ["market", "book", instrument, depth],
    queryFn: () =>
      get("/api/v1/market/book/{instrument}", { path: { instrument }, query: { depth } }),
    enabled: instrument !== "",
    refetchInterval: MOVING_MS,
  });
}

export function useTrades(instrument: string) {
  return useQuery({
    queryKey: ["market", "trades", instrument],
    queryFn: () => get("/api/v1/market/trades", { query: { instrument, limit: TRADES_MOST } }),
    enabled: instrument !== "",
    refetchInterval: MOVING_MS,
  });
}

export function useQuality(instrument: string, fromNs: number | null) {
  return useQuery({
    queryKey: ["market", "quality", instrument, fromNs],
    queryFn: () =>
      get("/api/v1/market/quality", { query: { instrument, from_ns: fromNs ?? undefined } }),
    enabled: instrument !== "" && fromNs !== null,
    placeholderData: keepPreviousData,
    refetchInterval: SLOW_MS,
  });
}

const FILLS_MOST = 500;

/** Return our own fills in a market, newest first. */
export function useFills(instrument: string) {
  return useQuery({
    queryKey: ["fills", instrument],
    queryFn: () => get("/api/v1/fills", { query: { instrument, limit: FILLS_MOST } }),
    enabled: instrument !== "",
    refetchInterval: SLOW_MS,
  });
}
