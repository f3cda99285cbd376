/** Bars: how much of a limit is used, and scores to either side of zero. */

import { percent } from "@/format/number";

interface UseBarProps {
  /** Part of the limit that is used; null where it is not known. */
  share: number | null;
  label: string;
  /** Shares from which it warns and from which it is bad. */
  warnAt?: number;
  badAt?: number;
  className?: string;
}

/** How much of a limit is used. The word says it too, for those who cannot see the color. */
export function UseBar({ share, label, warnAt = 0.7, badAt = 0.9, className }: UseBarProps) {
  const used = Math.min(share ?? 0, 1);
  const tone = used >= badAt ? "bg-bad" : used >= warnAt ? "bg-warn" : "bg-accent";
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(used * 100)}
      aria-valuetext={share === null ? "not known" : `${percent(share, { digits: 0 })} used`}
      className={`h-1.5 w-full overflow-hidden rounded-full bg-sunken ${className ?? ""}`}
    >
      <div className={`h-full ${tone}`} style={{ width: `${used * 100}%` }} />
    </div>
  );
}

interface ScoreBarProps {
  /** From -1 to 1. */
  score: number;
  /** From 0 to 1; it is the bar's opacity. */
  confidence?: number;
  /** Distances from zero that are marked with a line. */
  marks?: readonly number[];
  label: string;
}

/** A score to the left or the right of zero. */
export function ScoreBar({ score, confidence = 1, marks = [], label }: ScoreBarProps) {
  const clipped = Math.max(-1, Math.min(1, score));
  const half = Math.abs(clipped) * 50;
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={-1}
      aria-valuemax={1}
      aria-valuenow={Number(clipped.toFixed(3))}
      className="relative h-2.5 w-full rounded-sm bg-sunken"
    >
      <div
        className={`absolute inset-y-0 ${clipped < 0 ? "bg-down" : "bg-up"}`}
        style={{
          left: clipped < 0 ? `${50 - half}%` : "50%",
          width: `${half}%`,
          opacity: 0.3 + 0.7 * Math.max(0, Math.min(1, confidence)),
        }}
      />
      <div className="absolute inset-y-0 left-1/2 w-px bg-line-strong" />
      {marks.flatMap((mark) =>
        [-mark, mark].map((at) => (
          <div
            key={at}
            className="absolute -inset-y-0.5 w-px bg-text"
            style={{ left: `${50 + at * 50}%` }}
          />
        )),
      )}
    </div>
  );
}
