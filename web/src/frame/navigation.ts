/** Pages and how one gets to them. Pages that come later get a line here when they are there. */

import type { IconName } from "@/ui/icons";

export interface Place {
  href: string;
  label: string;
  icon: IconName;
  /** Second key after `g`. */
  key: string;
  /** What can be found there, for the command palette. */
  about: string;
}

export const PLACES: readonly Place[] = [
  { href: "/", label: "Overview", icon: "overview", key: "o", about: "NAV, positions, trades, alerts" },
  { href: "/market/", label: "Market", icon: "market", key: "m", about: "candles, book, tape" },
  { href: "/signals/", label: "Signals", icon: "signals", key: "s", about: "scores and thresholds" },
  { href: "/orders/", label: "Orders", icon: "orders", key: "r", about: "orders, fills and why" },
  { href: "/risk/", label: "Risk", icon: "risk", key: "k", about: "limits, VaR, breakers, stress" },
  { href: "/performance/", label: "Performance", icon: "performance", key: "p", about: "returns and attribution" },
  { href: "/analysis/", label: "Analysis", icon: "analysis", key: "a", about: "back-tests and comparisons" },
  { href: "/data/", label: "Data", icon: "data", key: "d", about: "downloads, coverage, quality" },
  { href: "/system/", label: "System", icon: "system", key: "y", about: "roles, latency, log, audit" },
  { href: "/settings/", label: "Settings", icon: "settings", key: "e", about: "mode, limits, people, theme" },
]; // prettier-ignore

/** Return the place that a path belongs to. */
export function placeOf(path: string): Place | undefined {
  const wanted = path.endsWith("/") ? path : `${path}/`;
  return PLACES.find((place) =>
    place.href === "/" ? wanted === "/" : wanted.startsWith(place.href),
  );
}
