/** A small line without axes, on fixed bounds, with lines where something begins. */

import { sparkPath } from "@/signals/sparkline";
import type { Point } from "./points";

interface SparklineProps {
  points: readonly Point[];
  low: number;
  high: number;
  label: string;
  /** Values that are marked with a line across. */
  marks?: readonly number[];
  width?: number;
  height?: number;
  /** Seconds without a point from which the line is broken. */
  gapS?: number;
}

export function Sparkline(props: SparklineProps) {
  const { points, low, high, label, marks = [], width = 140, height = 28, gapS } = props;
  const y = (value: number) => height - ((value - low) / (high - low || 1)) * height;
  return (
    <svg role="img" aria-label={label} width={width} height={height} className="block">
      {marks.map((mark) => (
        <line
          key={mark}
          x1={0}
          x2={width}
          y1={y(mark)}
          y2={y(mark)}
          className={mark === 0 ? "stroke-line" : "stroke-line-strong"}
          strokeDasharray={mark === 0 ? undefined : "2 2"}
        />
      ))}
      <path
        d={sparkPath(points, { width, height }, { low, high }, gapS)}
        fill="none"
        className="stroke-accent"
        strokeWidth={1.2}
        strokeLinejoin="round"
      />
    </svg>
  );
}
