import { describe, expect, it } from "vitest";
import { windowFrom } from "./window";

describe("window", () => {
  it("is everything where no range is set", () => {
    expect(windowFrom(5e18, null)).toBeNull();
  });

  it("stays the same for ten seconds, and never begins before time", () => {
    const from = windowFrom(1_000_004e9, 900);
    expect(from).toBe(999_100e9);
    expect(windowFrom(1_000_009e9, 900)).toBe(from);
    expect(windowFrom(1_000_010e9, 900)).toBe(999_110e9);
    expect(windowFrom(5e9, 900)).toBe(0);
  });
});
