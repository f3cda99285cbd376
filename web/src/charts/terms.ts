/** What a chart is told to show. */

import type { Candle, Hole, Point, Span } from "./points";
import type { Ink } from "./theme";

/** A mark at an instant: our buys and sells, and the like. */
export interface ChartMark {
  time: number;
  side: "buy" | "sell" | "note";
  /** A short word beside it; the rest is for hover. */
  text?: string;
}

/** A level across a pane. */
export interface Level {
  value: number;
  label: string;
  ink?: Ink;
}

interface SeriesTerms {
  /** Names it among the series of the chart, and stays the same. */
  id: string;
  /** What hover and readers call it. */
  title: string;
  /** Pane it stands in, from the top; 0 by default. */
  pane?: number;
  ink?: Ink;
  /** Places after the point on the scale and on hover. */
  digits?: number;
  /** How values are written; by default as numbers. */
  format?: (value: number) => string;
  levels?: readonly Level[];
  marks?: readonly ChartMark[];
}

export interface LineTerms extends SeriesTerms {
  kind: "line" | "area" | "histogram";
  points: readonly (Point & { ink?: Ink })[];
  isDashed?: boolean;
}

/** Filled to either side of a level, in the colors of up and down. */
export interface BaselineTerms extends SeriesTerms {
  kind: "baseline";
  points: readonly Point[];
  base: number;
}

export interface CandleTerms extends SeriesTerms {
  kind: "candles";
  points: readonly (Candle | Hole)[];
}

export type Series = LineTerms | BaselineTerms | CandleTerms;

export interface Hover {
  /** Seconds UTC; null when the pointer is not on the chart. */
  time: number | null;
  /** By id of the series. */
  values: Record<string, number>;
}

export interface ChartProps {
  /** What it shows, in words, for readers that see no picture. */
  label: string;
  series: readonly Series[];
  /** Height of the whole in pixels. */
  height: number;
  /** Relative heights of the panes, from the top. */
  panes?: readonly number[];
  shaded?: readonly Span[];
  /** Charts with the same word move their range and cross-hair together. */
  group?: string;
  /** Whether the newest point stays in view as it comes; true by default. */
  isFollowing?: boolean;
  onHover?: (hover: Hover) => void;
}
