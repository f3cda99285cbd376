/** The channels of the live stream, and what names a row of those that are lists. */

import type { Json } from "./merge";

export const CHANNELS = [
  "freshness",
  "status",
  "pnl_update",
  "position_update",
  "order_update",
  "order_latest",
  "trade_executed",
  "signal_update",
  "risk_alert",
  "health_update",
  "role_update",
  "limit_update",
  "exposure_update",
  "breaker_update",
  "var_update",
  "market_update",
] as const;

const NAMED = ["book", "depth", "tape", "bars"] as const;

export type Channel = (typeof CHANNELS)[number] | `${(typeof NAMED)[number]}:${string}`;

/** Return whether a channel is of one market, so that there may be any number of its kind. */
export function isNamed(channel: string): boolean {
  return channel.includes(":");
}

/** Return the event that a channel's messages arrive under. */
export function eventOf(channel: string): string {
  const kind = NAMED.find((each) => channel.startsWith(`${each}:`));
  return kind === undefined ? channel : `${kind}_update`;
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
