/** Bars as a chart draws them: gaps as gaps, and the bar under way moved by the latest trade. */

import { type Candle, type Hole, secondsOf } from "@/charts/points";

/** One bar; prices in quote currency, volume in base units, times at its opening. */
export interface Bar {
  readonly openNs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export const NS_PER_S = 1_000_000_000;

/** A longer gap is drawn with this many empty places, so that a year's outage fits a screen. */
export const HOLES_MAX = 240;

/** Return candles in time order, with an empty place for each bar that is missing between two. */
export function candlesWithGaps(bars: readonly Bar[], stepS: number): (Candle | Hole)[] {
  const drawn: (Candle | Hole)[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const bar of bars) {
    const time = secondsOf(bar.openNs);
    if (time <= last) continue;
    if (Number.isFinite(last)) drawn.push(...holesBetween(last, time, stepS));
    drawn.push({ time, open: bar.open, high: bar.high, low: bar.low, close: bar.close });
    last = time;
  }
  return drawn;
}

/** Return the times strictly between two bars at which bars are missing, thinned to a bound. */
export function holesBetween(afterS: number, beforeS: number, stepS: number): Hole[] {
  const missing = Math.round((beforeS - afterS) / stepS) - 1;
  if (missing <= 0) return [];
  const shown = Math.min(missing, HOLES_MAX);
  const stride = missing / shown;
  return Array.from({ length: shown }, (_, place) => ({
    time: afterS + Math.floor(1 + place * stride) * stepS,
  }));
}

/** Return the bars with a trade taken into the last one, or into a new one when its time is over. */
export function withTrade(
  bars: readonly Bar[],
  trade: { readonly timeNs: number; readonly price: number; readonly size: number },
  stepS: number,
): Bar[] {
  const stepNs = stepS * NS_PER_S;
  const openNs = Math.floor(trade.timeNs / stepNs) * stepNs;
  const last = bars.at(-1);
  if (last && openNs < last.openNs) return [...bars];
  if (last && openNs === last.openNs) {
    const moved: Bar = {
      openNs,
      open: last.open,
      high: Math.max(last.high, trade.price),
      low: Math.min(last.low, trade.price),
      close: trade.price,
      volume: last.volume + trade.size,
    };
    return [...bars.slice(0, -1), moved];
  }
  const { price, size } = trade;
  return [...bars, { openNs, open: price, high: price, low: price, close: price, volume: size }];
}
