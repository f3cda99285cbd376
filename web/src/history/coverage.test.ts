import { describe, expect, it } from "vitest";
import { calendar, dayNumber, weekdayOf, wholeShare, yearsOf } from "./coverage";

describe("coverage calendar", () => {
  it("knows weekdays", () => {
    expect(weekdayOf(0)).toBe(3);
    expect(weekdayOf(dayNumber("2025-05-05"))).toBe(0);
    expect(weekdayOf(-4)).toBe(6);
  });

  it("shows whole weeks and blanks what is outside the span", () => {
    const days = calendar([], "2025-05-06", "2025-05-13");
    expect(days).toHaveLength(14);
    expect(days[0]).toEqual({ date: "2025-05-05", weekday: 0, week: 0, share: null });
    expect(days.filter((day) => day.share !== null)).toHaveLength(8);
    expect(days.at(-1)).toMatchObject({ weekday: 6, week: 1 });
  });

  it("has nothing of days that no row is of", () => {
    const held = [
      { day: "2025-05-05", share: 1 },
      { day: "2025-05-07", share: 0.5 },
    ];
    const days = calendar(held, "2025-05-05", "2025-05-07");
    expect(days.slice(0, 3).map((day) => day.share)).toEqual([1, 0, 0.5]);
    expect(wholeShare(days)).toEqual({ whole: 1, all: 3 });
  });

  it("is empty where its span is", () => {
    expect(calendar([], "2025-05-07", "2025-05-05")).toEqual([]);
    expect(calendar([], "", "")).toEqual([]);
  });

  it("tells the years there are, newest first", () => {
    const held = ["2024-12-31", "2025-01-01", "2025-06-01"].map((day) => ({ day, share: 1 }));
    expect(yearsOf(held)).toEqual(["2025", "2024"]);
  });
});
