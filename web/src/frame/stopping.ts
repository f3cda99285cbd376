/** What an emergency stop would do, and how far one has come: as words and numbers. */

import type { Status } from "@/data/shapes";
import { money } from "@/format/number";
import { counted } from "@/format/words";

/** Return the worth of all positions, by their amount, for the sentence below. */
export function grossOf(status: Status): number {
  return status.positions.reduce((sum, each) => sum + Math.abs(Number(each.value)), 0);
}

/** Return what a stop would do now. */
export function stopWords(status: Status): string {
  const orders = counted(status.orders.length, "order");
  const positions = counted(status.positions.length, "position");
  const gross = status.positions.length
    ? ` worth ${money(grossOf(status))} ${status.currency}`
    : "";
  return `Cancels ${orders}, closes ${positions}${gross} at the market, and refuses everything until it is re-armed.`;
}

export interface StopProgress {
  ordersLeft: number;
  positionsLeft: number;
  isRefusing: boolean;
  isDone: boolean;
}

/** Return how far a stop has come by what the trader says. */
export function progressOf(status: Status): StopProgress {
  const isRefusing = ["killed", "stopped by its gateway", "stopped"].includes(status.phase);
  const ordersLeft = status.orders.length;
  const positionsLeft = status.positions.length;
  return {
    ordersLeft,
    positionsLeft,
    isRefusing,
    isDone: isRefusing && ordersLeft === 0 && positionsLeft === 0,
  };
}
