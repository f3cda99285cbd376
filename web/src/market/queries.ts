/** What the market's page shows: from the stream what moves, by asking what is past. */

import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { type AnswerOf, get } from "@/data/client";
import { askedTold, type Tell } from "@/data/freshness";
import type { Schema } from "@/data/schemas";
import type { Order } from "@/data/shapes";
import { useConnection } from "@/data/live";
import { useChannel } from "@/data/status";
import { type Live, streamedNow, useLive } from "@/data/use-live";
import { isBehind, type NewestBars, withNewest } from "./live-bars";

export const FRAMES = ["1s", "15s", "1m", "5m", "15m", "1h", "4h", "1d"] as const;
export type Frame = (typeof FRAMES)[number];

const MOVING_MS = 1_000;
const SLOW_MS = 5_000;
const BARS_MOST = 600;
const TRADES_MOST = 100;
const DEPTH = 100;

export type Product = Schema<"Product">;
/** What of a market never moves. */
export type Traded = Pick<Product, "name" | "kind" | "base" | "quote" | "tick_size" | "lot_size">;

export interface MarketProps {
  traded: Traded;
  marketTell: Tell;
  className?: string;
}

export type MarketTrade = AnswerOf<"/api/v1/market/trades", "get">["items"][number];

export function useProducts(): Live<Product[]> {
  return useLive({
    channel: "market_update",
    source: "journal",
    queryKey: ["market", "products"],
    ask: () => get("/api/v1/market/products").then((answer) => answer.items),
    everyMs: SLOW_MS,
  });
}

/** Return candles: the past is asked for once, what forms comes by the stream. */
export function useBars(instrument: string, frame: Frame, indicators: string) {
  const queries = useQueryClient();
  const channel = `bars:${instrument} ${frame} ${indicators}`.trimEnd();
  const newest = useChannel<NewestBars>(channel)?.body;
  const isStreamed = useConnection().connection === "live" && newest !== undefined;
  const queryKey = useMemo(
    () => ["market", "bars", instrument, frame, indicators],
    [instrument, frame, indicators],
  );
  const query = useQuery({
    queryKey,
    queryFn: () =>
      get("/api/v1/market/bars", {
        query: { instrument, frame, indicators, limit: BARS_MOST },
      }),
    placeholderData: keepPreviousData,
    refetchInterval: isStreamed ? false : MOVING_MS,
  });
  const { data, isPlaceholderData, dataUpdatedAt } = query;
  const isLacking = data !== undefined && !isPlaceholderData && isBehind(data, newest);
  useEffect(() => {
    if (isLacking) void queries.invalidateQueries({ queryKey });
  }, [queries, queryKey, isLacking]);
  const drawn = useMemo(
    () => data && (isPlaceholderData ? data : withNewest(data, newest, BARS_MOST)),
    [data, isPlaceholderData, newest],
  );
  const tell: Tell = () =>
    isStreamed ? streamedNow(channel, "journal") : askedTold(dataUpdatedAt, MOVING_MS);
  return { ...query, data: drawn, tell };
}

/** The book of an instrument with sizes by price, as the stream has it. */
export interface DepthBody {
  state: string;
  bids: Readonly<Record<string, string>>;
  asks: Readonly<Record<string, string>>;
  imbalance?: number | null;
}

function sizesOf(levels: readonly Schema<"Level">[]): Record<string, string> {
  return Object.fromEntries(levels.map(({ price, size }) => [price, size]));
}

export function useDepth(instrument: string): Live<DepthBody> {
  return useLive({
    channel: `depth:${instrument}`,
    source: "journal",
    queryKey: ["market", "book", instrument, DEPTH],
    ask: async () => {
      const path = { instrument };
      const answer = await get("/api/v1/market/book/{instrument}", {
        path,
        query: { depth: DEPTH },
      });
      return { ...answer, bids: sizesOf(answer.bids), asks: sizesOf(answer.asks) };
    },
    everyMs: MOVING_MS,
  });
}

/** Return the market's trades, newest last. */
export function useTrades(instrument: string): Live<MarketTrade[]> {
  return useLive({
    channel: `tape:${instrument}`,
    source: "journal",
    queryKey: ["market", "trades", instrument],
    ask: () =>
      get("/api/v1/market/trades", { query: { instrument, limit: TRADES_MOST } }).then((answer) =>
        answer.items.toReversed(),
      ),
    everyMs: MOVING_MS,
  });
}

/** Our open orders, as the trader holds them. */
export type OpenOrder = Omit<Order, "age_s">;

export function useOpenOrders(): readonly OpenOrder[] {
  const { data } = useLive<readonly OpenOrder[]>({
    channel: "order_update",
    source: "trader",
    queryKey: ["orders", "open"],
    ask: () => get("/api/v1/status").then((answer) => answer.orders),
    everyMs: MOVING_MS,
  });
  return data ?? NO_ORDERS;
}

const NO_ORDERS: readonly OpenOrder[] = [];

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

/** Return our own fills in a market, newest first; asked for anew when there is one more. */
export function useFills(instrument: string) {
  const queries = useQueryClient();
  const sequence = useChannel("trade_executed")?.sequence;
  const isStreamed = useConnection().connection === "live" && sequence !== undefined;
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ["fills", instrument] });
  }, [queries, instrument, sequence]);
  return useQuery({
    queryKey: ["fills", instrument],
    queryFn: () => get("/api/v1/fills", { query: { instrument, limit: FILLS_MOST } }),
    enabled: instrument !== "",
    refetchInterval: isStreamed ? false : SLOW_MS,
  });
}
