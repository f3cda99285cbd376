/** Our own trades on the chart: a triangle a fill, and the trades behind a bar under the pointer. */

import { NS_PER_S } from "./candles";

export interface ChartFill {
  readonly id: string;
  readonly orderId: string;
  readonly timeNs: number;
  readonly side: "buy" | "sell";
  readonly price: number;
  readonly size: number;
  /** Why it happened, in words. */
  readonly reason: string;
}

/** A triangle at a bar; one stands for all fills of a side in that bar. */
export interface TradeMark {
  readonly time: number;
  readonly side: "buy" | "sell";
  readonly fills: readonly ChartFill[];
}

/** Return the opening of the bar that a time falls into, whole seconds. */
export function barTime(timeNs: number, stepS: number): number {
  return Math.floor(timeNs / NS_PER_S / stepS) * stepS;
}

/** Return one mark a side and bar, in time order, buys before sells. */
export function tradeMarks(fills: readonly ChartFill[], stepS: number): TradeMark[] {
  const byPlace = new Map<string, { time: number; side: "buy" | "sell"; fills: ChartFill[] }>();
  for (const fill of fills) {
    const time = barTime(fill.timeNs, stepS);
    const key = `${String(time)}${fill.side}`;
    const mark = byPlace.get(key) ?? { time, side: fill.side, fills: [] };
    mark.fills.push(fill);
    byPlace.set(key, mark);
  }
  return [...byPlace.values()].sort((a, b) => a.time - b.time || a.side.localeCompare(b.side));
}

/** Return the marks of the bar that opens at `time`. */
export function marksAt(marks: readonly TradeMark[], time: number): TradeMark[] {
  return marks.filter((mark) => mark.time === time);
}

/** Return the size-weighted mean price and the size of a mark's fills. */
export function markSum(mark: TradeMark): { readonly size: number; readonly price: number } {
  const size = mark.fills.reduce((sum, fill) => sum + fill.size, 0);
  const money = mark.fills.reduce((sum, fill) => sum + fill.size * fill.price, 0);
  return { size, price: size > 0 ? money / size : 0 };
}
