import { describe, expect, it } from "vitest";

import { leftSeconds, rateOf, seen } from "./job-rate";

describe("job rate", () => {
  it("is measured over the last minute", () => {
    let looks = seen([], { atMs: 0, done: 0 });
    looks = seen(looks, { atMs: 50_000, done: 10 });
    looks = seen(looks, { atMs: 70_000, done: 50 });
    expect(rateOf(looks)).toBe(2);
  });

  it("is unknown at first, and begins anew with the job", () => {
    const looks = seen([], { atMs: 0, done: 5 });
    expect(rateOf(looks)).toBeNull();
    expect(seen(looks, { atMs: 9, done: 1 })).toEqual([{ atMs: 9, done: 1 }]);
    expect(seen(looks, { atMs: 0, done: 5 })).toEqual(looks);
  });

  it("tells the time left, or that it cannot", () => {
    expect(leftSeconds(10, 30, 2)).toBe(10);
    expect(leftSeconds(10, null, 2)).toBeNull();
    expect(leftSeconds(10, 30, 0)).toBeNull();
    expect(leftSeconds(40, 30, 1)).toBeNull();
  });
});
