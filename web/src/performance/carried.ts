/** The NAV series of a window, carried on by the seconds that came since it was asked for. */

import type { Schema } from "@/data/schemas";

type Nav = Pick<Schema<"NavShape">, "ts_ns" | "nav" | "pnl" | "drawdown">;

/**
 * Return the columns with later seconds after them. Capital that came or went since is taken for
 * profit until the series is asked for again, which is seconds later.
 */
export function carriedOn<Series extends Nav>(
  series: Series,
  seconds: readonly (readonly [number, string])[],
): Series {
  const lastNs = series.ts_ns.at(-1);
  const news = lastNs === undefined ? [] : seconds.filter(([ns, nav]) => ns > lastNs && nav !== "");
  if (news.length === 0) return series;
  const lastNav = Number(series.nav.at(-1));
  const lastPnl = Number(series.pnl.at(-1));
  // The highest so far follows from the last NAV and how far it is below it.
  let top = lastNav / (1 + Number(series.drawdown.at(-1) ?? 0));
  const drawdown = news.map(([, nav]) => {
    top = Math.max(top, Number(nav));
    return Number(nav) / top - 1;
  });
  return {
    ...series,
    ts_ns: [...series.ts_ns, ...news.map(([ns]) => ns)],
    nav: [...series.nav, ...news.map(([, nav]) => nav)],
    pnl: [...series.pnl, ...news.map(([, nav]) => String(lastPnl + Number(nav) - lastNav))],
    drawdown: [...series.drawdown, ...drawdown],
  };
}
