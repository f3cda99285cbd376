import { describe, expect, it } from "vitest";
import { daySpan, faultsOf, shadesOf, tapeOf } from "./readings";

const quality = {
  instrument: "A:B-C",
  health: "gap",
  spans: [
    { begin_ns: 0, end_ns: 10e9, health: "healthy", is_healthy: true },
    { begin_ns: 10e9, end_ns: null, health: "stale", is_healthy: false },
  ],
  gaps: [{ at_ns: 5e9, begin_ns: 3e9, end_ns: 6e9, missing: 2 }],
  resyncs: [{ at_ns: 7e9, since_ns: 6e9 }],
  unhealthy_s: 1,
  last_ns: 12e9,
};

describe("figures of a day", () => {
  it("are told to be of less where less is known", () => {
    expect(daySpan({ last_ns: 90_000e9, change_from_ns: 3_600e9 })).toBe("a day");
    expect(daySpan({ last_ns: 90_000e9, change_from_ns: 82_800e9 })).toBe("2 h 00 m");
    expect(daySpan({ last_ns: 90_000e9, change_from_ns: null })).toBe("a day");
  });
});

describe("readings", () => {
  it("tell what was wrong and when, whatever said it", () => {
    expect(faultsOf(quality)).toEqual([
      { kind: "stale", fromNs: 10e9, untilNs: Infinity },
      { kind: "gap", fromNs: 3e9, untilNs: 6e9 },
      { kind: "resync", fromNs: 6e9, untilNs: 7e9 },
    ]);
  });

  it("shade what lasts up to the end of the chart", () => {
    expect(shadesOf(faultsOf(quality), 12.5e9)[0]).toEqual({ from: 10, to: 13 });
  });

  it("tell trades apart that have no number", () => {
    const trade = (id: string, at: number) => ({
      id,
      at_ns: at,
      received_ns: at,
      price: "10.5",
      size: "2",
      side: "buy" as const,
    });
    const ids = tapeOf([trade("", 1), trade("", 2), trade("7", 3)]).map((each) => each.id);
    expect(new Set(ids).size).toBe(3);
    expect(ids[2]).toBe("7");
  });
});
