import { describe, expect, it } from "vitest";

import { healthyShare, placeOf, spansIn } from "./health-spans";

const span = (fromNs: number, untilNs: number, kind = "gap") => ({ fromNs, untilNs, kind });

describe("health spans", () => {
  it("cuts to the window and joins what touches", () => {
    expect(spansIn([span(30, 50), span(-10, 10), span(5, 20), span(200, 300)], 0, 100)).toEqual([
      span(0, 20),
      span(30, 50),
    ]);
  });

  it("keeps kinds apart", () => {
    expect(spansIn([span(0, 10), span(5, 20, "resync")], 0, 100)).toEqual([
      span(0, 10),
      span(5, 20, "resync"),
    ]);
  });

  it("shows a fault that lasts up to the window's end", () => {
    expect(spansIn([span(90, Infinity)], 0, 100)).toEqual([span(90, 100)]);
  });

  it("counts time once where two kinds overlap", () => {
    expect(healthyShare([span(0, 20), span(10, 30, "resync")], 0, 100)).toBeCloseTo(0.7);
    expect(healthyShare([], 0, 100)).toBe(1);
    expect(healthyShare([span(0, 5)], 5, 5)).toBe(1);
  });

  it("never places a span outside the strip", () => {
    const place = placeOf(span(99.99, 100), 0, 100);
    expect(place.left + place.width).toBeLessThanOrEqual(100);
    expect(place.width).toBe(0.25);
  });
});
