/** The stretch of time that is shown, as the instants that the server is asked by. */

import { useEffect, useState } from "react";
import { useStatus } from "@/data/status";
import { type Range, secondsOf, useRange } from "./range";

const HELD_MS = 10_000;

/** Where a range began when that was last looked at, so that the same question is asked a while. */
export interface HeldWindow {
  readonly range: Range;
  /** First instant of the range in ns of the trader's clock; null for everything there is. */
  readonly fromNs: number | null;
  /** When that was so, milliseconds of this machine. */
  readonly atMs: number;
}

/**
 * Return the window of a range: the one before, unless it is of another range or ten seconds old.
 * The seconds are this machine's: an accelerated market would ask anew before it was answered.
 */
export function windowHeld(
  before: HeldWindow | null,
  range: Range,
  nowNs: number,
  nowMs: number,
): HeldWindow {
  if (before?.range === range && nowMs - before.atMs < HELD_MS) return before;
  const seconds = secondsOf(range);
  const fromNs = seconds === null ? null : Math.max(0, nowNs - seconds * 1e9);
  return { range, fromNs, atMs: nowMs };
}

/** Return where the range that is shown begins; undefined until the trader's clock is known. */
export function useWindowFrom(): number | null | undefined {
  const [range] = useRange();
  const nowNs = useStatus()?.now_ns;
  const [held, setHeld] = useState<HeldWindow | null>(null);
  useEffect(() => {
    if (nowNs === undefined) return;
    setHeld((before) => windowHeld(before, range, nowNs, Date.now()));
  }, [range, nowNs]);
  return held?.range === range ? held.fromNs : undefined;
}
