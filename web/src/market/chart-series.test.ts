import { describe, expect, it } from "vitest";
import { type Bar, NS_PER_S } from "./candles";
import { chartSeries } from "./chart-series";

const bars: Bar[] = [0, 1, 2, 5].map((place) => ({
  openNs: place * 60 * NS_PER_S,
  open: 100,
  high: 102,
  low: 99,
  close: 101 - 2 * (place % 2),
  volume: 1,
}));
const terms = { bars, stepS: 60, marks: [], orders: [], priceDigits: 2 };

describe("chart series", () => {
  it("has candles with their gaps, and the volume below them", () => {
    const [candles, volume] = chartSeries(terms);
    expect(candles?.points).toHaveLength(6);
    expect(volume?.pane).toBe(1);
    expect(volume?.points).toEqual([
      { time: 0, value: 1, ink: "up" },
      { time: 60, value: 1, ink: "down" },
      { time: 120, value: 1, ink: "up" },
      { time: 300, value: 1, ink: "down" },
    ]);
  });

  it("draws open orders as levels and fills as marks", () => {
    const [candles] = chartSeries({
      ...terms,
      orders: [{ price: 99, side: "buy", size: "0.5" }],
      marks: [{ time: 60, side: "sell", fills: [] }],
    });
    expect(candles?.levels).toEqual([{ value: 99, label: "buy 0.5", ink: "up" }]);
    expect(candles?.marks).toEqual([{ time: 60, side: "sell" }]);
  });

  it("draws no mark where it shows no bar", () => {
    const marks = [-60, 0, 300, 360].map((time) => ({ time, side: "buy" as const, fills: [] }));
    const [candles] = chartSeries({ ...terms, marks });
    expect(candles?.marks?.map((mark) => mark.time)).toEqual([0, 300]);
    expect(chartSeries({ ...terms, bars: [], marks })[0]?.marks).toEqual([]);
  });
});
