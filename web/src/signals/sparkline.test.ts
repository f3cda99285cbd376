import { describe, expect, it } from "vitest";

import { sparkPath } from "./sparkline";

const point = (time: number, value: number) => ({ time, value });

describe("sparkline", () => {
  it("draws from left to right on fixed bounds", () => {
    const path = sparkPath(
      [point(0, -1), point(10, 1)],
      { width: 20, height: 10 },
      { low: -1, high: 1 },
    );
    expect(path).toBe("M0.0,10.0L20.0,0.0");
  });

  it("lifts the pen over a gap, and stays in its box", () => {
    const points = [point(0, 0), point(1, 5), point(100, 0)];
    const path = sparkPath(points, { width: 100, height: 10 }, { low: -1, high: 1 }, 50);
    expect(path.match(/M/g)).toHaveLength(2);
    expect(path).toContain("1.0,0.0");
  });

  it("draws nothing of nothing", () => {
    expect(sparkPath([], { width: 1, height: 1 }, { low: 0, high: 1 })).toBe("");
  });
});
