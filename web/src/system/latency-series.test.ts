import { expect, it } from "vitest";
import { latencySeries } from "./latency-series";

it("draws each percentile where it was observed", () => {
  const stage = { p50: [null, 80, 90], p95: [null, 200, 210], p99: [null, 500, null] };
  const lines = latencySeries([1e9, 2e9, 3e9], stage);
  expect(lines.map((line) => line.id)).toEqual(["p50", "p95", "p99"]);
  expect(lines[0]?.points).toEqual([
    { time: 2, value: 80 },
    { time: 3, value: 90 },
  ]);
  expect(lines[2]?.points).toEqual([{ time: 2, value: 500 }]);
  expect(lines[1]?.format?.(210)).toBe("210 µs");
});
