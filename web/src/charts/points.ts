/** Data of charts as pure functions: order, gaps, thinning, and what changed since last time. */

/** Seconds UTC, as the charting library counts them. */
export type Seconds = number;

export interface Point {
  time: Seconds;
  value: number;
  /** Whether no line goes on from here: what follows is unknown. */
  isLast?: boolean;
}

export interface Candle {
  time: Seconds;
  open: number;
  high: number;
  low: number;
  close: number;
}

/** A place on the axis of time where there is nothing to draw. */
export interface Hole {
  time: Seconds;
}

/** A stretch of time that is marked, such as a hole in the data. */
export interface Span {
  from: Seconds;
  to: Seconds;
}

const NS_PER_S = 1_000_000_000;

/** Return whole seconds UTC of nanoseconds. */
export function secondsOf(ns: number): Seconds {
  return Math.floor(ns / NS_PER_S);
}

/** Return points in order of time, the last one of each second kept, unknown values left out. */
export function pointsOf(
  rows: readonly (readonly [ns: number, value: string | number])[],
): Point[] {
  const bySecond = new Map<Seconds, number>();
  for (const [ns, value] of rows) {
    const made = Number(value);
    if (value !== "" && Number.isFinite(made)) bySecond.set(secondsOf(ns), made);
  }
  return [...bySecond]
    .map(([time, value]) => ({ time, value }))
    .sort((one, other) => one.time - other.time);
}

/**
 * Return points of what is said now and then: a value holds until the next instant, and where that
 * says nothing the line ends there.
 */
export function spokenOf(
  instants: readonly number[],
  values: readonly (number | null | undefined)[],
): Point[] {
  const found: Point[] = [];
  instants.forEach((ns, at) => {
    const [value, before] = [values[at], values[at - 1]];
    const time = secondsOf(ns);
    if (found.at(-1)?.time === time) found.pop();
    if (typeof value === "number") found.push({ time, value });
    else if (typeof before === "number") found.push({ time, value: before, isLast: true });
  });
  return found;
}

/** Return two series in one: points of `newer` win where both have a second. */
export function joined(older: readonly Point[], newer: readonly Point[]): Point[] {
  const first = newer[0]?.time;
  if (first === undefined) return [...older];
  const kept = older.filter((point) => point.time < first);
  return [...kept, ...newer];
}

/** Return the fall from the highest value so far, as a negative fraction, at each point. */
export function drawdownOf(points: readonly Point[]): Point[] {
  let top = -Infinity;
  return points.map(({ time, value }) => {
    top = Math.max(top, value);
    return { time, value: top > 0 ? value / top - 1 : 0 };
  });
}

/** Return the stretches longer than `longest` seconds in which there is no point. */
export function gapsOf(points: readonly { time: Seconds }[], longest: number): Span[] {
  const gaps: Span[] = [];
  for (let at = 1; at < points.length; at += 1) {
    const from = points[at - 1]?.time ?? 0;
    const to = points[at]?.time ?? 0;
    if (to - from > longest) gaps.push({ from, to });
  }
  return gaps;
}

/**
 * Return at most about `most` points that still show every extreme: the lowest and the highest of
 * each of equally long stretches.
 */
export function thinned(points: readonly Point[], most: number): Point[] {
  if (points.length <= most || most < 4) return [...points];
  const each = Math.ceil(points.length / Math.floor(most / 2));
  const kept: Point[] = [];
  for (let start = 0; start < points.length; start += each) {
    const bucket = points.slice(start, start + each);
    const low = bucket.reduce((a, b) => (b.value < a.value ? b : a));
    const high = bucket.reduce((a, b) => (b.value > a.value ? b : a));
    kept.push(...(low === high ? [low] : low.time < high.time ? [low, high] : [high, low]));
  }
  const last = points[points.length - 1];
  if (last !== undefined && kept[kept.length - 1] !== last) kept.push(last);
  return kept;
}

/** Return the points from `seconds` before the last one on; all of them for null. */
export function latest<Row extends { time: Seconds }>(
  rows: readonly Row[],
  seconds: number | null,
) {
  const last = rows[rows.length - 1];
  if (seconds === null || last === undefined) return [...rows];
  return rows.filter((row) => row.time > last.time - seconds);
}

/**
 * Return the rows that must be told to a chart that shows `before`; null when it must take all of
 * `after` anew, because something earlier than its last row changed.
 */
export function appended<Row extends { time: Seconds }>(
  before: readonly Row[],
  after: readonly Row[],
): Row[] | null {
  const last = before[before.length - 1];
  if (last === undefined || after.length < before.length) return null;
  if (after[0]?.time !== before[0]?.time) return null;
  if (after[before.length - 1]?.time !== last.time) return null;
  return after.slice(before.length - 1);
}
