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

/** Return candles with our orders and fills, and the volume below them. */
export function chartSeries(terms: ChartTerms): Series[] {
  const { bars, stepS, marks, orders, priceDigits } = terms;
  return [
    {
      id: "candles",
      title: "price",
      kind: "candles",
      digits: priceDigits,
      points: candlesWithGaps(bars, stepS),
      marks: marks.map((mark) => ({ time: mark.time, side: mark.side })),
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
