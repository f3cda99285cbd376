/** Indicators that can be drawn over the candles, as the server's catalogue writes them. */

import type { Series } from "@/charts/terms";
import type { Ink } from "@/charts/theme";
import { NS_PER_S } from "./candles";

interface OverlayLine {
  /** As the server is asked for it. */
  readonly indicator: string;
  readonly title: string;
  readonly ink: Ink;
  readonly isDashed?: boolean;
  /** Below the candles, in a pane of its own. */
  readonly isBelow?: boolean;
}

export interface Overlay {
  readonly id: string;
  readonly label: string;
  readonly lines: readonly OverlayLine[];
}

export const OVERLAYS: readonly Overlay[] = [
  { id: "ema", label: "EMA", lines: [{ indicator: "ema:20", title: "EMA 20", ink: "accent" }] },
  {
    id: "sma",
    label: "SMA",
    lines: [{ indicator: "sma:50", title: "SMA 50", ink: "warn", isDashed: true }],
  },
  {
    id: "bands",
    label: "Bands",
    lines: [
      { indicator: "sma(close, 20) + 2 * stdev(close, 20)", title: "upper", ink: "quiet" },
      { indicator: "sma(close, 20) - 2 * stdev(close, 20)", title: "lower", ink: "quiet" },
    ],
  },
  {
    id: "rsi",
    label: "RSI",
    lines: [{ indicator: "rsi:14", title: "RSI 14", ink: "accent", isBelow: true }],
  },
];

/** Return the overlays that a text of ids names, such as `ema,rsi`. */
export function chosenOverlays(text: string): Overlay[] {
  const ids = text.split(",");
  return OVERLAYS.filter((overlay) => ids.includes(overlay.id));
}

/** Return the text with one overlay more, or one fewer. */
export function toggled(text: string, id: string): string {
  const ids = new Set(text.split(",").filter(Boolean));
  if (!ids.delete(id)) ids.add(id);
  return OVERLAYS.flatMap((overlay) => (ids.has(overlay.id) ? [overlay.id] : [])).join(",");
}

/** Return the lines of overlays, out of the indicators that came with the bars. */
export function overlaySeries(
  overlays: readonly Overlay[],
  indicators: readonly { name: string; values: readonly (number | null)[] }[],
  openNs: readonly number[],
  digits: number,
): Series[] {
  const byName = new Map(indicators.map((each) => [each.name, each.values]));
  return overlays.flatMap((overlay) =>
    overlay.lines.map((line): Series => {
      const values = byName.get(line.indicator) ?? [];
      const points = openNs.flatMap((ns, place) => {
        const value = values[place];
        return typeof value === "number" ? [{ time: Math.floor(ns / NS_PER_S), value }] : [];
      });
      return {
        id: line.indicator,
        kind: "line",
        title: line.title,
        ink: line.ink,
        isDashed: line.isDashed,
        pane: line.isBelow ? 2 : 0,
        digits: line.isBelow ? 0 : digits,
        points,
      };
    }),
  );
}
