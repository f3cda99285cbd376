import { describe, expect, it } from "vitest";
import { linear, tickDigits, ticks } from "./scale";

describe("scale", () => {
  it("maps bounds to bounds, and nothing to the middle", () => {
    expect(linear(0, 10, 100, 0)(2.5)).toBe(75);
    expect(linear(5, 5, 0, 10)(5)).toBe(5);
  });

  it("writes round numbers within the bounds", () => {
    expect(ticks(0, 100, 5)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(ticks(-0.5, 0.5, 4)).toEqual([-0.5, 0, 0.5]);
    expect(ticks(1, 1, 3)).toEqual([]);
    expect(ticks(Number.NaN, 1, 3)).toEqual([]);
  });

  it("writes enough digits to tell ticks apart", () => {
    expect(tickDigits([0, 0.2])).toBe(1);
    expect(tickDigits([0, 20])).toBe(0);
    expect(tickDigits([0, 0.005])).toBe(3);
  });
});
