/** Times as people read them: in their own zone, with UTC at hand. Nanoseconds come in. */

import { UNKNOWN } from "./number";

const NS_PER_MS = 1_000_000;
const PAD = 2;

/** Return milliseconds of the Unix epoch of `ns`. */
export function msOf(ns: number): number {
  return ns / NS_PER_MS;
}

function two(value: number): string {
  return String(value).padStart(PAD, "0");
}

function isInstant(ns: number | null | undefined): ns is number {
  return ns !== null && ns !== undefined && Number.isFinite(ns) && ns > 0;
}

/** Return `14:03:22` in the reader's zone. */
export function clock(ns: number | null | undefined): string {
  if (!isInstant(ns)) return UNKNOWN;
  const at = new Date(msOf(ns));
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** Return `2026-03-01` in the reader's zone. */
export function day(ns: number | null | undefined): string {
  if (!isInstant(ns)) return UNKNOWN;
  const at = new Date(msOf(ns));
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Return day and time in the reader's zone. */
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

/** Return microseconds in the unit that keeps three digits: `81 µs`, `3.3 ms`, `1.2 s`. */
export function microseconds(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  if (value < 10) return `${value.toFixed(1)} µs`;
  if (value < 1000) return `${Math.round(value)} µs`;
  if (value < 10_000) return `${(value / 1000).toFixed(1)} ms`;
  if (value < 1_000_000) return `${Math.round(value / 1000)} ms`;
  return `${(value / 1_000_000).toFixed(1)} s`;
}
