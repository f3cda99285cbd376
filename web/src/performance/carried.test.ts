import { expect, it } from "vitest";
import { carriedOn } from "./carried";

const SERIES = {
  ts_ns: [1, 2],
  nav: ["100", "90"],
  pnl: ["0", "-10"],
  drawdown: [0, -0.1],
};

it("carries worth, profit and the fall on from where the answer ended", () => {
  const found = carriedOn(SERIES, [
    [2, "90"],
    [3, "95"],
    [4, "110"],
    [5, "99"],
  ]);
  expect(found.ts_ns).toEqual([1, 2, 3, 4, 5]);
  expect(found.nav).toEqual(["100", "90", "95", "110", "99"]);
  expect(found.pnl.map(Number)).toEqual([0, -10, -5, 10, -1]);
  expect(found.drawdown.map((each) => Number(Number(each).toFixed(6)))).toEqual([
    0, -0.1, -0.05, 0, -0.1,
  ]);
});

it("leaves a series alone that has nothing to go on from, or nothing new", () => {
  const none = { ts_ns: [], nav: [], pnl: [], drawdown: [] };
  expect(carriedOn(none, [[3, "95"]])).toBe(none);
  expect(carriedOn(SERIES, [[2, "91"]])).toBe(SERIES);
});
