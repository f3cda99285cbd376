import { describe, expect, it } from "vitest";
import {
  age,
  clock,
  day,
  dayClock,
  duration,
  isApart,
  microseconds,
  otherTime,
  setClockKind,
  staleWords,
  timeZone,
  utc,
} from "./time";

describe("times", () => {
  it("tells UTC to milliseconds", () => {
    expect(utc(1_746_459_375_123_000_000)).toBe("2025-05-05 15:36:15.123 UTC");
    expect(utc(0)).toBe("time not known");
  });
  it("tells a clock of the reader's zone", () => {
    const at = new Date(2025, 4, 5, 7, 8, 9).getTime() * 1e6;
    expect(clock(at)).toBe("07:08:09");
    expect(clock(null)).toBe("—");
  });
  it("tells UTC to whoever chose it, and the own zone on hover", () => {
    const at = 1_746_459_375_123_000_000;
    expect(otherTime(at)).toBe("2025-05-05 15:36:15.123 UTC");
    setClockKind("utc");
    expect([clock(at), day(at), dayClock(at)]).toEqual([
      "15:36:15",
      "2025-05-05",
      "2025-05-05 15:36:15",
    ]);
    expect(timeZone()).toBe("UTC");
    setClockKind("local");
    const here = dayClock(at);
    setClockKind("utc");
    expect(otherTime(at)).toBe(`${here} here`);
    setClockKind("local");
    expect(timeZone()).toBeUndefined();
  });
  it("tells how old what is stale is, where it has an age", () => {
    expect(staleWords(12)).toBe("12 s old");
    expect(staleWords(0)).toBe("not live");
  });
  it("tells a market's clock from this machine's", () => {
    expect(isApart(1_746_459_375e9, 1_746_459_400_000)).toBe(false);
    expect(isApart(1_746_459_375e9, 1_746_459_500_000)).toBe(true);
    expect(isApart(undefined, 1_746_459_500_000)).toBe(false);
    expect(isApart(1_746_459_375e9, 0)).toBe(false);
  });
  it("tells durations in the two units that matter", () => {
    expect(duration(0.0421)).toBe("42 ms");
    expect(duration(4.26)).toBe("4.3 s");
    expect(duration(59.9)).toBe("59 s");
    expect(duration(125)).toBe("2 m 05 s");
    expect(duration(11_040)).toBe("3 h 04 m");
    expect(duration(200_000)).toBe("2 d 7 h");
    expect(duration(undefined)).toBe("—");
  });
  it("tells an age in a word", () => {
    expect([0.4, 5, 200, 7200, 400_000].map(age)).toEqual(["now", "5 s", "3 m", "2 h", "5 d"]);
  });
  it("tells microseconds in the unit that keeps the digits", () => {
    expect([3.21, 81.4, 3276.8, 26_738.7, 1_200_000].map(microseconds)).toEqual([
      "3.2 µs",
      "81 µs",
      "3.3 ms",
      "27 ms",
      "1.2 s",
    ]);
  });
});
