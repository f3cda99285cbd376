import { expect, it } from "vitest";
import { navPoints } from "./nav-points";

const NS = 1_000_000_000;

it("carries the server's columns on with the seconds that came since", () => {
  const history = { ts_ns: [1 * NS, 2 * NS], nav: ["100", "90"], drawdown: [0, -0.1] };
  const { nav, drawdown } = navPoints(history, [
    [2 * NS, "90"],
    [3 * NS, "95"],
    [4 * NS, "110"],
    [5 * NS, "99"],
  ]);
  expect(nav.map((point) => point.value)).toEqual([100, 90, 95, 110, 99]);
  expect(drawdown.map((point) => Number(point.value.toFixed(6)))).toEqual([
    0, -0.1, -0.05, 0, -0.1,
  ]);
});

it("begins with the seconds where the server keeps nothing yet", () => {
  const { nav, drawdown } = navPoints(undefined, [
    [1 * NS, "100"],
    [2 * NS, "50"],
  ]);
  expect(nav).toHaveLength(2);
  expect(drawdown[1]).toEqual({ time: 2, value: -0.5 });
});
