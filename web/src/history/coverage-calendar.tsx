"use client";

import { calendar, type DayHeld, WHOLE, wholeShare } from "./coverage";

interface CoverageCalendarProps {
  name: string;
  days: readonly DayHeld[];
  /** First and last day shown, such as 2024-01-31. */
  first: string;
  last: string;
}

const CELL = 11;
const STEP = 13;
const HEAD = 16;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function paint(share: number): { fill: string; opacity: number } {
  if (share === 0) return { fill: "var(--sunken)", opacity: 1 };
  if (share >= WHOLE) return { fill: "var(--good)", opacity: 0.9 };
  return { fill: "var(--warn)", opacity: 0.35 + 0.6 * share };
}

/** A square a UTC day, a column a week: what is held, whole, in part or not at all. */
export function CoverageCalendar({ name, days, first, last }: CoverageCalendarProps) {
  const shown = calendar(days, first, last);
  const inside = shown.filter((day) => day.share !== null);
  const { whole, all } = wholeShare(shown);
  const width = ((shown.at(-1)?.week ?? 0) + 1) * STEP;
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label={`Coverage of ${name}`}
      className="thin-scroll overflow-x-auto"
    >
      <svg
        role="img"
        aria-label={`${name}: ${whole} of ${all} days whole`}
        width={Math.max(width, 40)}
        height={HEAD + 7 * STEP}
        className="block"
      >
        {inside
          .filter((day) => day.date.endsWith("-01"))
          .map((day) => (
            <text key={day.date} x={day.week * STEP} y={11} className="fill-quiet text-xs">
              {MONTHS[Number(day.date.slice(5, 7)) - 1]}
            </text>
          ))}
        {inside.map((day) => (
          <rect
            key={day.date}
            x={day.week * STEP}
            y={HEAD + day.weekday * STEP}
            width={CELL}
            height={CELL}
            rx={2}
            style={paint(day.share ?? 0)}
          >
            <title>{`${day.date}: ${Math.round((day.share ?? 0) * 1000) / 10} % held`}</title>
          </rect>
        ))}
      </svg>
    </div>
  );
}

/** What the colors of a calendar mean. */
export function CoverageLegend() {
  const meanings = [
    { word: "whole day", share: 1 },
    { word: "part of it", share: 0.5 },
    { word: "nothing", share: 0 },
  ];
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-quiet">
      {meanings.map(({ word, share }) => (
        <span key={word} className="inline-flex items-center gap-1.5">
          <svg width={CELL} height={CELL} aria-hidden="true">
            <rect width={CELL} height={CELL} rx={2} style={paint(share)} />
          </svg>
          {word}
        </span>
      ))}
    </p>
  );
}
