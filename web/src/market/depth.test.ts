import { describe, expect, it } from "vitest";

import { cumulated, depthEdges, depthSteps, grouped, ladderOf, levelsBy } from "./depth";

const BIDS = [
  { price: 99, size: 1 },
  { price: 98, size: 2 },
  { price: 95, size: 4 },
];
const ASKS = [
  { price: 101, size: 3 },
  { price: 102, size: 1 },
];

describe("depth", () => {
  it("is ordered from the best on, whatever order levels came in", () => {
    const sizes = { "98.5": "2", "99": "1", "97": "4" };
    expect(levelsBy(sizes, "bid").map((level) => level.price)).toEqual([99, 98.5, 97]);
    expect(levelsBy(sizes, "ask").map((level) => level.size)).toEqual([4, 2, 1]);
  });

  it("adds sizes from the best on", () => {
    expect(cumulated(BIDS).map((row) => row.total)).toEqual([1, 3, 7]);
  });

  it("puts both sides' bars on one scale", () => {
    const ladder = ladderOf(BIDS, ASKS, 10);
    expect(ladder.bids.at(-1)?.share).toBe(1);
    expect(ladder.asks.at(-1)?.share).toBeCloseTo(4 / 7);
    expect(ladder.mid).toBe(100);
    expect(ladder.spread).toBe(2);
    expect(ladder.spreadBps).toBe(200);
  });

  it("knows no spread of an empty or one-sided book", () => {
    expect(ladderOf([], [], 5)).toEqual({
      bids: [],
      asks: [],
      mid: null,
      spread: null,
      spreadBps: null,
    });
    expect(ladderOf(BIDS, [], 5).mid).toBeNull();
  });

  it("merges levels away from the mid and keeps the sum", () => {
    expect(grouped(BIDS, 5, "bid")).toEqual([{ price: 95, size: 7 }]);
    expect(grouped(ASKS, 5, "ask")).toEqual([{ price: 105, size: 4 }]);
    expect(grouped([{ price: 0.3, size: 1 }], 0.1, "bid")[0]?.price).toBeCloseTo(0.3);
    expect(grouped([{ price: 0.7, size: 1 }], 0.1, "ask")[0]?.price).toBeCloseTo(0.7);
    expect(grouped(ASKS, 0, "ask")).toEqual(ASKS);
  });

  it("draws a curve that jumps at each price and ends at the edge", () => {
    expect(depthSteps(BIDS, 96, "bid")).toEqual([
      { price: 99, total: 0 },
      { price: 99, total: 1 },
      { price: 98, total: 1 },
      { price: 98, total: 3 },
      { price: 96, total: 3 },
    ]);
    expect(depthSteps([], 96, "bid")).toEqual([]);
  });

  it("reaches as far below the mid as above", () => {
    expect(depthEdges(BIDS, ASKS)).toEqual({ low: 98, high: 102 });
    expect(depthEdges([], ASKS)).toBeNull();
  });
});
