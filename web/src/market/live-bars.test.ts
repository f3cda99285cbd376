import { describe, expect, it } from "vitest";
import type { Schema } from "@/data/schemas";
import { isBehind, type NewestBars, withNewest } from "./live-bars";

function bar(openNs: number, close = "1"): Schema<"BarShape"> {
  return {
    open_ns: openNs,
    close,
    open: "1",
    high: "1",
    low: "1",
    volume: "1",
  } as Schema<"BarShape">;
}

function answerOf(times: readonly number[]): Schema<"Bars"> {
  const indicators = [{ name: "ema:20", values: times.map((time) => time * 10) }];
  return { bars: times.map((time) => bar(time)), indicators } as unknown as Schema<"Bars">;
}

function newestOf(times: readonly number[]): NewestBars {
  const indicators = [{ name: "ema:20", values: times.map((time) => time * 100) }];
  return { bars: times.map((time) => bar(time, "2")), indicators } as unknown as NewestBars;
}

describe("the newest bars", () => {
  it("take the places of those that were forming, and go on after them", () => {
    const found = withNewest(answerOf([1, 2, 3]), newestOf([2, 3, 4]), 10);
    expect(found.bars.map((each) => [each.open_ns, each.close])).toEqual([
      [1, "1"],
      [2, "2"],
      [3, "2"],
      [4, "2"],
    ]);
    expect(found.indicators[0]?.values).toEqual([10, 200, 300, 400]);
  });
  it("push the oldest out beyond the bound", () => {
    const found = withNewest(answerOf([1, 2, 3]), newestOf([3, 4, 5]), 3);
    expect(found.bars.map((each) => each.open_ns)).toEqual([3, 4, 5]);
    expect(found.indicators[0]?.values).toEqual([300, 400, 500]);
  });
  it("are not put behind a hole: what is missing is asked for", () => {
    const answer = answerOf([1, 2]);
    expect(isBehind(answer, newestOf([3, 4, 5]))).toBe(true);
    expect(withNewest(answer, newestOf([3, 4, 5]), 10)).toBe(answer);
    expect(isBehind(answer, newestOf([2, 3, 4]))).toBe(false);
    expect(withNewest(answer, undefined, 10)).toBe(answer);
  });
  it("leave an indicator out that the stream does not tell", () => {
    const bare = { ...newestOf([3]), indicators: [] };
    expect(withNewest(answerOf([2, 3]), bare, 10).indicators[0]?.values).toEqual([20, null]);
  });
});
