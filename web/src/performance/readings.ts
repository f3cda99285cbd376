/** What the server says of an account's past, as the page draws it. */

import type { HeatCell } from "@/charts/heat-table";
import type { Bin } from "@/charts/histogram-chart";
import { type Point, pointsOf } from "@/charts/points";
import type { Schema } from "@/data/schemas";
import { percent } from "@/format/number";

/** Return a column of the NAV series as points. */
export function columnOf(
  tsNs: readonly number[],
  values: readonly (string | number | null)[],
): Point[] {
  return pointsOf(
    tsNs.flatMap((ns, place) => {
      const value = values[place];
      return value === null || value === undefined ? [] : [[ns, value] as const];
    }),
  );
}

/** Return a curve of wealth as growth since its first point. */
export function rebased(points: readonly Point[]): Point[] {
  const first = points.find((point) => point.value !== 0);
  if (first === undefined) return [];
  return points.map(({ time, value }) => ({ time, value: value / first.value - 1 }));
}

/** Return growth of the account over its window: profit over what it was worth at the beginning. */
export function growthOf(nav: Schema<"NavShape">): Point[] {
  const begin = Number(nav.nav[0] ?? 0);
  if (begin === 0) return [];
  return columnOf(nav.ts_ns, nav.pnl).map(({ time, value }) => ({ time, value: value / begin }));
}

/** Return the bins of a histogram; one edge more than there are counts. */
export function binsOf(distribution: Schema<"DistributionShape">): Bin[] {
  return distribution.counts.flatMap((count, place) => {
    const [from, until] = [distribution.edges[place], distribution.edges[place + 1]];
    return from === undefined || until === undefined ? [] : [{ from, until, count }];
  });
}

export const MONTHS = [
  "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
] as const; // prettier-ignore

function cellOf(value: number | null, strongest: number, title: string): HeatCell {
  if (value === null) return { text: "", end: "none", strength: 0 };
  return {
    text: percent(value, { sign: true }).replace(" %", ""),
    end: value === 0 ? "none" : value > 0 ? "up" : "down",
    strength: strongest > 0 ? Math.min(1, Math.abs(value) / strongest) : 0,
    title,
  };
}

/** Return months as a table of years, newest first, with all months of a year chained at the end. */
export function monthHeat(months: readonly Schema<"MonthShape">[]): {
  name: string;
  cells: HeatCell[];
}[] {
  const byMonth = new Map(months.map((each) => [each.month, each.total_return]));
  const years = [...new Set(months.map((each) => each.month.slice(0, 4)))].sort().reverse();
  const strongest = Math.max(0, ...months.map((each) => Math.abs(each.total_return ?? 0)));
  return years.map((year) => {
    const returns = MONTHS.map(
      (_, place) => byMonth.get(`${year}-${String(place + 1).padStart(2, "0")}`) ?? null,
    );
    const whole = returns.reduce<number>((growth, each) => growth * (1 + (each ?? 0)), 1) - 1;
    return {
      name: year,
      cells: [
        ...returns.map((value, place) => cellOf(value, strongest, `${MONTHS[place]} ${year}`)),
        cellOf(whole, strongest, `all of ${year}`),
      ],
    };
  });
}
