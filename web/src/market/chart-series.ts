/** What the market's chart shows, as terms of a chart. */

import type { Series } from "@/charts/terms";
import { type Bar, candlesWithGaps, NS_PER_S } from "./candles";
import type { TradeMark } from "./trade-marks";

/** An open order of ours, drawn as a level. */
export interface OrderLevel {
  readonly price: number;
  readonly side: string;
  readonly size: string;
}

export interface ChartTerms {
  readonly bars: readonly Bar[];
  readonly stepS: number;
  readonly marks: readonly TradeMark[];
  readonly orders: readonly OrderLevel[];
  readonly priceDigits: number;
}

/** Return the marks of bars that are shown; the chart would draw all others at its first and last. */
function shownMarks({ bars, marks }: ChartTerms) {
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) return [];
  return marks
    .filter(({ time }) => time * NS_PER_S >= first.openNs && time * NS_PER_S <= last.openNs)
    .map(({ time, side }) => ({ time, side }));
}

/** Return candles with our orders and fills, and the volume below them. */
export function chartSeries(terms: ChartTerms): Series[] {
  const { bars, stepS, orders, priceDigits } = terms;
  return [
    {
      id: "candles",
      title: "price",
      kind: "candles",
      digits: priceDigits,
      points: candlesWithGaps(bars, stepS),
      marks: shownMarks(terms),
      levels: orders.map((order) => ({
        value: order.price,
        label: `${order.side} ${order.size}`,
        ink: order.side === "buy" ? "up" : "down",
      })),
    },
    {
      id: "volume",
      title: "volume",
      kind: "histogram",
      pane: 1,
      points: bars.map((bar) => ({
        time: Math.floor(bar.openNs / NS_PER_S),
        value: bar.volume,
        ink: bar.close < bar.open ? "down" : "up",
      })),
    },
  ];
}
