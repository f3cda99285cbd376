import { expect, it } from "vitest";
import { rateOf, withSample } from "./rates";

const at = (atMs: number, events: number) => ({ atMs, counts: { events } });

it("counts a second over the samples that are kept", () => {
  let samples = withSample([], at(0, 100), 10_000);
  expect(rateOf(samples, "events")).toBeNull();
  samples = withSample(samples, at(1000, 150), 10_000);
  samples = withSample(samples, at(2000, 300), 10_000);
  expect(rateOf(samples, "events")).toBe(100);
  expect(rateOf(samples, "unknown")).toBeNull();
  samples = withSample(samples, at(11_500, 400), 10_000);
  expect(samples.map((each) => each.atMs)).toEqual([2000, 11_500]);
});

it("begins again with another run, and takes no sample twice", () => {
  const samples = withSample([at(0, 100), at(1000, 200)], at(2000, 5), 10_000);
  expect(samples).toEqual([at(2000, 5)]);
  expect(withSample(samples, at(2000, 6), 10_000)).toBe(samples);
});
