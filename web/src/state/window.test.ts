import { describe, expect, it } from "vitest";
import { windowHeld } from "./window";

describe("window", () => {
  const first = windowHeld(null, "15m", 1_000_000e9, 5_000);

  it("begins a range before now, never before time, and is everything where none is set", () => {
    expect(first.fromNs).toBe(999_100e9);
    expect(windowHeld(null, "15m", 5e9, 0).fromNs).toBe(0);
    expect(windowHeld(null, "all", 5e18, 0).fromNs).toBeNull();
  });

  it("stays the same for ten seconds of this machine, however fast the market's clock goes", () => {
    expect(windowHeld(first, "15m", 1_600_000e9, 14_999)).toBe(first);
    expect(windowHeld(first, "15m", 1_600_000e9, 15_000).fromNs).toBe(1_599_100e9);
  });

  it("is another at once where another range is chosen", () => {
    expect(windowHeld(first, "1h", 1_000_001e9, 5_001).fromNs).toBe(996_401e9);
  });
});
