/** What an emergency stop would do, and how far one has come: as words and numbers. */

import type { Status } from "@/data/shapes";
import { money } from "@/format/number";
import { counted } from "@/format/words";

/** Return the worth of all positions, by their amount, for the sentence below. */
export function grossOf(status: Status): number {
  return status.positions.reduce((sum, each) => sum + Math.abs(Number(each.value)), 0);
}

/** Return what a stop would do now; in general where nobody said yet what is open. */
export function stopWords(status: Status | undefined): string {
  if (status === undefined) {
    return "Cancels every order, closes every position at the market, and refuses everything until it is re-armed. What is open is not known here yet.";
  }
  const orders = counted(status.orders.length, "order");
  const positions = counted(status.positions.length, "position");
  const gross = status.positions.length
    ? ` worth ${money(grossOf(status))} ${status.currency}`
    : "";
  return `Cancels ${orders}, closes ${positions}${gross} at the market, and refuses everything until it is re-armed.`;
}

export interface StopStanding {
  phase: string;
  orders: number;
  cancelled: number;
  positions: readonly string[];
  closed: readonly string[];
  answered_ms: number | null;
  last_cancel_ms: number | null;
  flat_ms: number | null;
}

export interface StopStep {
  words: string;
  isDone: boolean;
  /** Milliseconds from the asking on, as the server measured; null while it is not done. */
  tookMs: number | null;
}

/** Return the steps of a stop with how far each is. */
export function stepsOf(stop: StopStanding): StopStep[] {
  const { orders, cancelled, positions, closed } = stop;
  const isTaken = stop.answered_ms !== null;
  // Until somebody took it, nothing is known but what the trader said last.
  const when = isTaken ? "" : " when it was heard last";
  return [
    {
      words: isTaken ? "New orders are refused" : "Nobody has taken the stop yet: orders may come",
      isDone: isTaken,
      tookMs: stop.answered_ms,
    },
    {
      words: orders ? `Orders cancelled: ${cancelled} of ${orders}` : `No order was open${when}`,
      isDone: isTaken && cancelled >= orders,
      tookMs: stop.last_cancel_ms,
    },
    {
      words: positions.length
        ? `Positions closed: ${closed.length} of ${positions.length}`
        : `Nothing was held${when}`,
      isDone: isTaken && closed.length >= positions.length,
      tookMs: stop.flat_ms,
    },
  ];
}

/** Whether nothing more comes of it. */
export function isOver(phase: string): boolean {
  return phase === "done" || phase === "open";
}

/** Return the milliseconds that all of it took. */
export function tookMsOf(stop: StopStanding): number {
  return Math.max(stop.answered_ms ?? 0, stop.last_cancel_ms ?? 0, stop.flat_ms ?? 0);
}
