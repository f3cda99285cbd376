/** Times as people read them: in their own zone, with UTC at hand. Nanoseconds come in. */

import { UNKNOWN } from "./number";

const NS_PER_MS = 1_000_000;
const PAD = 2;

/** Return milliseconds of the Unix epoch of `ns`. */
export function msOf(ns: number): number {
  return ns / NS_PER_MS;
}

const APART_MS = 60_000;

/** Whether the market's clock shows another time than this machine's: a replay, at any speed. */
export function isApart(marketNs: number | undefined, nowMs: number): marketNs is number {
  return marketNs !== undefined && nowMs > 0 && Math.abs(msOf(marketNs) - nowMs) > APART_MS;
}

export type ClockKind = "local" | "utc";

let clockKind: ClockKind = "local";

/** Have times read in the reader's zone or in UTC; what is on the page must be drawn again. */
export function setClockKind(kind: ClockKind): void {
  clockKind = kind;
}

/** Return the zone that times are read in, as `Intl` calls it; nothing for the reader's own. */
export function timeZone(): "UTC" | undefined {
  return clockKind === "utc" ? "UTC" : undefined;
}

interface Parts {
  day: string;
  clock: string;
}

function partsOf(ns: number, kind: ClockKind): Parts {
  const at = new Date(msOf(ns));
  if (kind === "utc") {
    const [day = "", rest = ""] = at.toISOString().split("T");
    return { day, clock: rest.slice(0, 8) };
  }
  return {
    day: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    clock: `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`,
  };
}

function two(value: number): string {
  return String(value).padStart(PAD, "0");
}

function isInstant(ns: number | null | undefined): ns is number {
  return ns !== null && ns !== undefined && Number.isFinite(ns) && ns > 0;
}

/** Return `14:03:22` in the zone that the reader chose. */
export function clock(ns: number | null | undefined): string {
  return isInstant(ns) ? partsOf(ns, clockKind).clock : UNKNOWN;
}

/** Return `2026-03-01` in the zone that the reader chose. */
export function day(ns: number | null | undefined): string {
  return isInstant(ns) ? partsOf(ns, clockKind).day : UNKNOWN;
}

/** Return the instant in the zone that the reader did not choose, for hover. */
export function otherTime(ns: number | null | undefined): string {
  if (clockKind === "local" || !isInstant(ns)) return utc(ns);
  const { day: date, clock: time } = partsOf(ns, "local");
  return `${date} ${time} here`;
}

/** Return day and time in the zone that the reader chose. */
export function dayClock(ns: number | null | undefined): string {
  return isInstant(ns) ? `${day(ns)} ${clock(ns)}` : UNKNOWN;
}

/** Return the same instant in UTC, to milliseconds, for hover. */
export function utc(ns: number | null | undefined): string {
  if (!isInstant(ns)) return "time not known";
  return `${new Date(msOf(ns)).toISOString().replace("T", " ").replace("Z", "")} UTC`;
}

/** Return a length of time in its two largest units that matter: `3 h 04 m`, `12.4 s`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return UNKNOWN;
  const whole = Math.abs(seconds);
  if (whole < 1) return `${Math.round(whole * 1000)} ms`;
  if (whole < 10) return `${whole.toFixed(1)} s`;
  if (whole < 60) return `${Math.floor(whole)} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} m ${two(Math.floor(whole % 60))} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${two(minutes % 60)} m`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Return how long ago in one word: `now`, `5 s`, `3 m`, `2 h`, `4 d`. */
export function age(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return UNKNOWN;
  if (seconds < 1.5) return "now";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} m`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** Return how old something stale is: `5 s old`; what just came may be stale for other reasons. */
export function staleWords(seconds: number): string {
  return seconds < 2 ? "not live" : `${age(seconds)} old`;
}

/** Return microseconds in the unit that keeps three digits: `81 µs`, `3.3 ms`, `1.2 s`. */
export function microseconds(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  if (value < 10) return `${value.toFixed(1)} µs`;
  if (value < 1000) return `${Math.round(value)} µs`;
  if (value < 10_000) return `${(value / 1000).toFixed(1)} ms`;
  if (value < 1_000_000) return `${Math.round(value / 1000)} ms`;
  return `${(value / 1_000_000).toFixed(1)} s`;
}
