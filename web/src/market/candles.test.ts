import { describe, expect, it } from "vitest";

import { type Bar, candlesWithGaps, HOLES_MAX, holesBetween, NS_PER_S, withTrade } from "./candles";

const bar = (openS: number, close = 10): Bar => ({
  openNs: openS * NS_PER_S,
  open: 10,
  high: Math.max(10, close),
  low: Math.min(10, close),
  close,
  volume: 1,
});

describe("candles", () => {
  it("leaves an empty place for each missing bar", () => {
    const drawn = candlesWithGaps([bar(0), bar(60), bar(240)], 60);
    expect(drawn.map((one) => one.time)).toEqual([0, 60, 120, 180, 240]);
    expect(drawn.filter((one) => !("open" in one))).toHaveLength(2);
  });

  it("drops bars that come twice or out of order, which the chart refuses", () => {
    const times = candlesWithGaps([bar(0), bar(60), bar(60), bar(0), bar(120)], 60).map(
      (one) => one.time,
    );
    expect(times).toEqual([0, 60, 120]);
  });

  it("bounds the places of a long gap, in rising order inside it", () => {
    const holes = holesBetween(0, 60 * 1_000_000, 60).map((one) => one.time);
    expect(holes).toHaveLength(HOLES_MAX);
    expect(holes[0]).toBe(60);
    expect(holes.at(-1)).toBeLessThan(60 * 1_000_000);
    expect([...holes].sort((a, b) => a - b)).toEqual(holes);
    expect(new Set(holes).size).toBe(holes.length);
  });

  it("takes a trade into the bar under way", () => {
    const moved = withTrade([bar(0), bar(60)], { timeNs: 90 * NS_PER_S, price: 8, size: 2 }, 60);
    expect(moved).toHaveLength(2);
    expect(moved[1]).toMatchObject({ open: 10, high: 10, low: 8, close: 8, volume: 3 });
  });

  it("opens a new bar when the time of the last is over, and lets late trades be", () => {
    const bars = [bar(0), bar(60)];
    expect(withTrade(bars, { timeNs: 120 * NS_PER_S, price: 8, size: 2 }, 60)).toHaveLength(3);
    expect(withTrade(bars, { timeNs: 59 * NS_PER_S, price: 8, size: 2 }, 60)).toEqual(bars);
  });
});
