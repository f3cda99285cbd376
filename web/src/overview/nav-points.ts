/** NAV and drawdown of a window: what the server keeps, carried on by the seconds as they come. */

import { joined, type Point, pointsOf } from "@/charts/points";

export interface NavHistory {
  ts_ns: readonly number[];
  nav: readonly string[];
  /** Fall of the growth from its highest, 0 or less. */
  drawdown: readonly number[];
}

export interface NavPoints {
  nav: Point[];
  drawdown: Point[];
}

/** Return the points of both series, from the server's columns and the live seconds. */
export function navPoints(
  history: NavHistory | undefined,
  seconds: readonly (readonly [number, string])[],
): NavPoints {
  const times = history?.ts_ns ?? [];
  const past = pointsOf(times.map((ns, at) => [ns, history?.nav[at] ?? ""] as const));
  const falls = pointsOf(times.map((ns, at) => [ns, history?.drawdown[at] ?? ""] as const));
  const last = past[past.length - 1];
  const live = pointsOf(seconds).filter((point) => last === undefined || point.time > last.time);
  // The highest so far follows from the last NAV and how far it is below it.
  let top = last ? last.value / (1 + (falls[falls.length - 1]?.value ?? 0)) : -Infinity;
  const carried = live.map(({ time, value }) => {
    top = Math.max(top, value);
    return { time, value: value / top - 1 };
  });
  return { nav: joined(past, live), drawdown: joined(falls, carried) };
}
