/** What the server says of a market, as the page draws it. */

import type { Span } from "@/charts/points";
import type { AnswerOf } from "@/data/client";
import type { Schema } from "@/data/schemas";
import { duration } from "@/format/time";
import type { Bar } from "./candles";
import type { HealthSpan } from "./health-spans";
import type { TapeTrade } from "./tape";
import type { ChartFill } from "./trade-marks";

/** Return bars as numbers to draw: a pixel is far coarser than what is lost. */
export function barsOf(bars: readonly Schema<"BarShape">[]): Bar[] {
  return bars.map((bar) => ({
    openNs: bar.open_ns,
    open: Number(bar.open),
    high: Number(bar.high),
    low: Number(bar.low),
    close: Number(bar.close),
    volume: Number(bar.volume),
  }));
}

type MarketTrade = AnswerOf<"/api/v1/market/trades", "get">["items"][number];

/** Return trades of the tape; those that the venue gives no number are told by time and price. */
export function tapeOf(trades: readonly MarketTrade[]): TapeTrade[] {
  return trades.map((trade) => ({
    id: trade.id || `${trade.at_ns} ${trade.price} ${trade.size}`,
    timeNs: trade.at_ns,
    price: Number(trade.price),
    size: Number(trade.size),
    side: trade.side,
  }));
}

/** Return the stretches in which something was wrong: ill health, gaps, and time until a resync. */
export function faultsOf(quality: Schema<"Quality">): HealthSpan[] {
  const ill = quality.spans
    .filter((span) => !span.is_healthy)
    .map((span) => ({
      kind: span.health,
      fromNs: span.begin_ns,
      untilNs: span.end_ns ?? Number.POSITIVE_INFINITY,
    }));
  const gaps = quality.gaps.map((gap) => ({
    kind: "gap",
    fromNs: gap.begin_ns ?? gap.at_ns,
    untilNs: gap.end_ns ?? gap.at_ns,
  }));
  const resyncs = quality.resyncs.map((resync) => ({
    kind: "resync",
    fromNs: resync.since_ns ?? resync.at_ns,
    untilNs: resync.at_ns,
  }));
  return [...ill, ...gaps, ...resyncs];
}

/** Return the faults as stretches of a chart that ends at `untilNs`. */
export function shadesOf(faults: readonly HealthSpan[], untilNs: number): Span[] {
  return faults.map((fault) => ({
    from: Math.floor(fault.fromNs / 1e9),
    to: Math.ceil(Math.min(fault.untilNs, untilNs) / 1e9),
  }));
}

/** Return our own fills as marks of a chart, newest first as they came. */
export function fillsOf(fills: readonly Schema<"FillShape">[]): ChartFill[] {
  return fills.map((fill) => ({
    id: fill.fill_id,
    orderId: fill.order_id ?? "",
    timeNs: fill.traded_ns,
    side: fill.side === "buy" ? "buy" : "sell",
    price: Number(fill.price),
    size: Number(fill.size),
    reason: fill.reason,
  }));
}

const DAY_NS = 86_400e9;
/** Less than this short of a day is a day: the oldest bar of it begins a little later. */
const SLACK_NS = 300e9;

/** Return what figures of a product's day are of: a day, or the time since less is known. */
export function daySpan(product: Pick<Schema<"Product">, "last_ns" | "change_from_ns">): string {
  const { last_ns: lastNs, change_from_ns: fromNs } = product;
  if (typeof lastNs !== "number" || typeof fromNs !== "number") return "a day";
  const span = lastNs - fromNs;
  return span >= DAY_NS - SLACK_NS ? "a day" : duration(span / 1e9);
}
