/** The stretch of time that is shown, as the instants that the server is asked by. */

import { useStatus } from "@/data/status";
import { secondsOf, useRange } from "./range";

const STEP_NS = 10_000_000_000;

/**
 * Return the first instant of the range in ns of the trader's clock; null for everything there is.
 * It moves in steps of ten seconds, so that the same question is asked for a while.
 */
export function windowFrom(nowNs: number, rangeS: number | null): number | null {
  if (rangeS === null) return null;
  return Math.max(0, Math.floor((nowNs - rangeS * 1e9) / STEP_NS) * STEP_NS);
}

/** Return where the range that is shown begins; undefined until the trader's clock is known. */
export function useWindowFrom(): number | null | undefined {
  const [range] = useRange();
  const nowNs = useStatus()?.now_ns;
  return nowNs === undefined ? undefined : windowFrom(nowNs, secondsOf(range));
}
