import { describe, expect, it } from "vitest";

import { type ChartFill, marksAt, markSum, tradeMarks } from "./trade-marks";

const fill = (
  id: string,
  seconds: number,
  side: "buy" | "sell",
  price: number,
  size: number,
): ChartFill => ({
  id,
  orderId: `o${id}`,
  timeNs: seconds * 1_000_000_000 + 5,
  side,
  price,
  size,
  reason: `why ${id}`,
});

describe("trade marks", () => {
  const fills = [
    fill("3", 130, "sell", 12, 1),
    fill("1", 61, "buy", 10, 1),
    fill("2", 119, "buy", 13, 2),
    fill("4", 70, "sell", 11, 1),
  ];
  const marks = tradeMarks(fills, 60);

  it("makes one a side and bar, in the order of time", () => {
    expect(marks.map((mark) => [mark.time, mark.side, mark.fills.length])).toEqual([
      [60, "buy", 2],
      [60, "sell", 1],
      [120, "sell", 1],
    ]);
  });

  it("loses no fill", () => {
    expect(marks.flatMap((mark) => mark.fills.map((one) => one.id)).sort()).toEqual([
      "1",
      "2",
      "3",
      "4",
    ]);
  });

  it("finds those of a bar", () => {
    expect(marksAt(marks, 60)).toHaveLength(2);
    expect(marksAt(marks, 180)).toEqual([]);
  });

  it("weighs the price by size", () => {
    const buy = marks[0];
    expect(buy && markSum(buy)).toEqual({ size: 3, price: 12 });
  });
});
