/** Percentiles of a stage's latency as lines of a chart. */

import { pointsOf } from "@/charts/points";
import type { Series } from "@/charts/terms";
import type { Ink } from "@/charts/theme";
import type { Schema } from "@/data/schemas";
import { microseconds } from "@/format/time";

interface Line {
  key: "p50" | "p95" | "p99";
  title: string;
  ink: Ink;
  dot: string;
}

export const LINES: readonly Line[] = [
  { key: "p50", title: "half within", ink: "accent", dot: "bg-accent" },
  { key: "p95", title: "95 % within", ink: "warn", dot: "bg-warn" },
  { key: "p99", title: "99 % within", ink: "bad", dot: "bg-bad" },
];

/** Return the percentiles of a stage as lines over time. */
export function latencySeries(
  instants: readonly number[],
  stage: Pick<Schema<"LatencySeries">, "p50" | "p95" | "p99">,
): Series[] {
  return LINES.map(({ key, title, ink }) => ({
    id: key,
    kind: "line",
    title,
    ink,
    format: microseconds,
    points: pointsOf(
      instants.flatMap((ns, place) => {
        const value = stage[key][place];
        return typeof value === "number" ? [[ns, value] as const] : [];
      }),
    ),
  }));
}
