import { describe, expect, it } from "vitest";
import { horizonSeconds, lossCone } from "./loss-cone";

const NUMBERS = [
  { horizonS: 3_600, level: 0.99, var: 10, es: 13 },
  { horizonS: 86_400, level: 0.99, var: 60, es: 80 },
  { horizonS: 86_400, level: 0.95, var: 40, es: 50 },
];

describe("loss cone", () => {
  it("begins at nothing, widens always, and meets what was measured", () => {
    const cone = lossCone(NUMBERS, 0.99, 86_400, 24);
    expect(cone[0]).toEqual({ aheadS: 0, var: 0, es: 0 });
    expect(cone[1]).toEqual({ aheadS: 3_600, var: 10, es: 13 });
    expect(cone.at(-1)).toEqual({ aheadS: 86_400, var: 60, es: 80 });
    expect(cone.every((point) => point.es >= point.var)).toBe(true);
  });

  it("grows by the square root of time where one horizon is known", () => {
    expect(lossCone(NUMBERS, 0.95, 4 * 86_400, 4).at(-1)?.var).toBe(80);
  });

  it("draws nothing of a level that was not measured", () => {
    expect(lossCone(NUMBERS, 0.5, 3_600, 4)).toEqual([]);
  });

  it("reads horizons", () => {
    expect(["1h", "10d", "30s", "soon", ""].map(horizonSeconds)).toEqual([
      3_600, 864_000, 30, 0, 0,
    ]);
  });
});
