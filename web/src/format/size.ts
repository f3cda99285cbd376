/** Sizes of files and of memory as people read them. */

import { UNKNOWN } from "./number";

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;
const STEP = 1000;

/** Return bytes in the unit that keeps up to three digits: `412 MB`, `1.2 GB`. */
export function bytes(count: number | null | undefined): string {
  if (count === null || count === undefined || !Number.isFinite(count)) return UNKNOWN;
  let value = count;
  let unit = 0;
  while (value >= STEP - 0.5 && unit < UNITS.length - 1) {
    value /= STEP;
    unit += 1;
  }
  const text = unit > 0 && value < 10 ? value.toFixed(1) : String(Math.round(value));
  return `${text} ${UNITS[unit]}`;
}
