/** The channels of the live stream, and what names a row of those that are lists. */

import type { Json } from "./merge";

export const CHANNELS = [
  "status",
  "pnl_update",
  "position_update",
  "order_update",
  "trade_executed",
  "signal_update",
  "risk_alert",
  "health_update",
] as const;

export type Channel = (typeof CHANNELS)[number] | `book:${string}`;

/** Return the event that a channel's messages arrive under. */
export function eventOf(channel: string): string {
  return channel.startsWith("book:") ? "book_update" : channel;
}

const ID_KEYS = ["id", "order_id", "fill_id", "key", "part", "name", "instrument"];

/** Return the id of a row: the first of the usual keys that it has. */
export function rowId(row: { [key: string]: Json }): string {
  for (const key of ID_KEYS) {
    const value = row[key];
    if (value !== undefined && value !== null) return String(value);
  }
  return JSON.stringify(row);
}
