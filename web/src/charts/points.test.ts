import { describe, expect, it } from "vitest";
import {
  appended,
  drawdownOf,
  gapsOf,
  joined,
  latest,
  pointsOf,
  spokenOf,
  thinned,
} from "./points";

const NS = 1_000_000_000;
const line = (...values: number[]) => values.map((value, time) => ({ time, value }));

describe("points", () => {
  it("are in order, one a second, unknown values left out", () => {
    const rows: [number, string][] = [
      [3 * NS, "3"],
      [1 * NS, "1"],
      [1 * NS + 5, "1.5"],
      [2 * NS, ""],
    ];
    expect(pointsOf(rows)).toEqual([
      { time: 1, value: 1.5 },
      { time: 3, value: 3 },
    ]);
  });
  it("hold until nothing is said, and end there", () => {
    const instants = [1, 2, 3, 4, 5, 6].map((each) => each * NS);
    expect(spokenOf(instants, [null, 0.5, null, null, 1, 2])).toEqual([
      { time: 2, value: 0.5 },
      { time: 3, value: 0.5, isLast: true },
      { time: 5, value: 1 },
      { time: 6, value: 2 },
    ]);
    expect(spokenOf([NS, NS + 5], [1, 2])).toEqual([{ time: 1, value: 2 }]);
  });
  it("of two series are one, the newer winning", () => {
    expect(joined(line(1, 2, 3), [{ time: 1, value: 9 }])).toEqual([
      { time: 0, value: 1 },
      { time: 1, value: 9 },
    ]);
    expect(joined(line(1, 2), [])).toEqual(line(1, 2));
  });
  it("fall from their highest", () => {
    expect(drawdownOf(line(100, 110, 99, 121)).map((each) => each.value)).toEqual([
      0,
      0,
      99 / 110 - 1,
      0,
    ]);
  });
  it("have gaps where none came for long", () => {
    expect(gapsOf([{ time: 0 }, { time: 5 }, { time: 70 }], 60)).toEqual([{ from: 5, to: 70 }]);
  });
  it("are cut to the last seconds", () => {
    expect(latest(line(0, 1, 2, 3), 2).map((each) => each.time)).toEqual([2, 3]);
    expect(latest(line(0, 1), null)).toHaveLength(2);
  });
});

describe("thinning", () => {
  it("keeps every extreme and the last point", () => {
    const values = Array.from({ length: 10_000 }, (_, at) => Math.sin(at / 50));
    values[4321] = 40;
    values[8000] = -40;
    const points = line(...values);
    const few = thinned(points, 400);
    expect(few.length).toBeLessThanOrEqual(402);
    expect(Math.max(...few.map((each) => each.value))).toBe(40);
    expect(Math.min(...few.map((each) => each.value))).toBe(-40);
    expect(few.at(-1)).toEqual(points.at(-1));
    const times = few.map((each) => each.time);
    expect(times).toEqual([...times].sort((one, other) => one - other));
  });
});

describe("what is told to a chart", () => {
  it("is the last row and what came after it", () => {
    expect(appended(line(1, 2), line(1, 2, 3))).toEqual([
      { time: 1, value: 2 },
      { time: 2, value: 3 },
    ]);
  });
  it("is everything when the beginning moved", () => {
    expect(appended(line(1, 2), line(1, 2, 3).slice(1))).toBeNull();
    expect(appended([], line(1))).toBeNull();
    expect(appended(line(1, 2, 3), line(1, 2))).toBeNull();
  });
});
