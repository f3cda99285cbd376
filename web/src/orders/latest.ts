/** The newest orders as the stream tells them, put among those that were asked for. */

import type { OrderShape } from "./shapes";

export interface OrderFilter {
  /** One of the choices of the page; `all` for any. */
  state: string;
  side: string;
  /** Any part of ids, instrument, who asked and why. */
  text: string;
}

type State = OrderShape["state"];

/** States of each choice; the rest is any. */
export const OF_STATE: Readonly<Record<string, State[] | undefined>> = {
  open: ["waiting", "open"],
  filled: ["filled", "partly-filled"],
  refused: ["refused", "rejected"],
};

/** Return whether an order is looked for, as the server decides it. */
export function fits(order: OrderShape, filter: OrderFilter): boolean {
  const states = OF_STATE[filter.state];
  if (states !== undefined && !states.includes(order.state)) return false;
  if (filter.side !== "all" && order.side !== filter.side) return false;
  const { order_id, client_order_id, instrument, asked_by, reason } = order;
  const said = [order_id, client_order_id, instrument, asked_by, reason].join(" ").toLowerCase();
  return said.includes(filter.text.toLowerCase());
}

/**
 * Return the orders that were asked for with the latest in their places, new ones last, and those
 * gone that fit no more.
 */
export function withLatest(
  asked: readonly OrderShape[],
  latest: readonly OrderShape[] | undefined,
  filter: OrderFilter,
): OrderShape[] {
  if (latest === undefined) return [...asked];
  const left = new Map(latest.map((order) => [order.order_id, order]));
  const kept = asked.flatMap((order) => {
    const newer = left.get(order.order_id);
    left.delete(order.order_id);
    if (newer === undefined) return [order];
    return fits(newer, filter) ? [newer] : [];
  });
  return [...kept, ...[...left.values()].filter((order) => fits(order, filter))];
}
