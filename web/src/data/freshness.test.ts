import { describe, expect, it } from "vitest";
import { ageOf, askedTold, type Freshness, staleAge, streamedTold } from "./freshness";

const told = { receivedMs: 10_000, ageS: 1, staleAfterS: 5 };

describe("what is stale", () => {
  it("is as old as it was when it came, and since", () => {
    expect(ageOf(told, 12_500)).toBe(3.5);
    expect(ageOf(told, 9_000)).toBe(1);
  });
  it("is what is older than its source may be, the oldest of it", () => {
    expect(staleAge([told], 14_000, true)).toBeNull();
    expect(staleAge([told], 14_001, true)).toBeCloseTo(5.001);
    const market = { receivedMs: 14_000, ageS: 40, staleAfterS: 30 };
    expect(staleAge([told, market], 14_000, true)).toBe(40);
    expect(staleAge([], 14_000, true)).toBeNull();
  });
  it("is everything when the connection is lost", () => {
    expect(staleAge([told], 10_000, false)).toBe(1);
  });
});

describe("a channel", () => {
  const body: Freshness = {
    at_ns: 1,
    trader_age_s: 2,
    journal_lag_s: 7,
    unread: ["signal_update"],
  };
  const freshness = { body, receivedMs: 20_000 };
  const terms = { receivedMs: 5_000, isCurrent: true, freshness } as const;
  it("is as fresh as the stream while nothing of it changes", () => {
    const found = streamedTold({ ...terms, channel: "position_update", source: "trader" });
    expect(found).toMatchObject({ receivedMs: 20_000, ageS: 2 });
  });
  it("has the age of what it is read from", () => {
    const found = streamedTold({ ...terms, channel: "limit_update", source: "journal" });
    expect(staleAge([found], 20_000, true)).toBe(7);
  });
  it("of a journal is no fresher than the trader that writes it", () => {
    const frozen = { body: { ...body, trader_age_s: 20 }, receivedMs: 20_000 };
    const told = { ...terms, freshness: frozen, channel: "tape:A", source: "journal" } as const;
    expect(streamedTold(told).ageS).toBe(20);
  });
  it("ages from its last word where it cannot be read, or is not followed again yet", () => {
    const unread = streamedTold({ ...terms, channel: "signal_update", source: "trader" });
    expect(unread.receivedMs).toBe(5_000);
    const left = { ...terms, isCurrent: false, channel: "status", source: "trader" } as const;
    expect(streamedTold(left).receivedMs).toBe(5_000);
    const alone = { ...terms, freshness: undefined, channel: "status", source: "trader" } as const;
    expect(streamedTold(alone)).toMatchObject({ receivedMs: 5_000, ageS: 0 });
  });
});

it("an answer may be late by two questions, and by ten seconds in any case", () => {
  expect(askedTold(0, 1_000)).toBeUndefined();
  expect(askedTold(1, 1_000)?.staleAfterS).toBe(10);
  expect(askedTold(1, 60_000)?.staleAfterS).toBe(180);
});
