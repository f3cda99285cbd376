/** Figures of runs side by side, and which is the best of each. */

import type { Schema } from "@/data/schemas";

type Told = Readonly<Record<string, unknown>>;

export interface MetricRow {
  readonly name: string;
  readonly form: "gain" | "fraction" | "number" | "money";
  /** One a run; null where a run does not have the figure. */
  readonly values: readonly (number | null)[];
  /** Place of the best, or null where fewer than two have it or all are equal. */
  readonly best: number | null;
}

interface Metric {
  readonly name: string;
  readonly form: MetricRow["form"];
  readonly isSmallerBetter?: boolean;
  readonly of: (figures: Schema<"TierFigures">) => unknown;
}

function inside(told: Told, ...names: string[]): unknown {
  return names.map((name) => told[name]).find((value) => value !== undefined);
}

/** What the number of trades may be called. */
const COUNTS = ["closed", "count", "trades"] as const;

const METRICS: readonly Metric[] = [
  { name: "Total return", form: "gain", of: ({ performance }) => inside(performance, "total_return") },
  { name: "Return a year", form: "gain", of: ({ performance }) => inside(performance, "cagr", "growth_a_year") },
  { name: "Volatility", form: "fraction", isSmallerBetter: true, of: ({ performance }) => inside(performance, "volatility") },
  { name: "Sharpe", form: "number", of: ({ performance }) => inside(performance, "sharpe") },
  { name: "Sortino", form: "number", of: ({ performance }) => inside(performance, "sortino") },
  { name: "Calmar", form: "number", of: ({ performance }) => inside(performance, "calmar") },
  { name: "Deepest fall", form: "fraction", isSmallerBetter: true, of: (figures) => figures.max_drawdown },
  { name: "Turnover a year", form: "number", isSmallerBetter: true, of: (figures) => figures.turnover },
  { name: "Trades", form: "number", of: ({ trades }) => inside(trades, ...COUNTS) },
  { name: "Won", form: "fraction", of: ({ trades }) => inside(trades, "win_rate") },
  { name: "Profit factor", form: "number", of: ({ trades }) => inside(trades, "profit_factor") },
  { name: "Fees", form: "money", of: ({ costs }) => inside(costs, "fees") },
  { name: "Final equity", form: "money", of: (figures) => figures.final_equity },
]; // prettier-ignore

/** Figures of which neither more nor less is better: counts, and money that others began with. */
const NEUTRAL: ReadonlySet<string> = new Set(["Trades", "Turnover a year", "Fees", "Final equity"]);

function real(value: unknown): number | null {
  if (typeof value === "string" && value !== "") return real(Number(value));
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function bestOf(values: readonly (number | null)[], isSmallerBetter: boolean): number | null {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2 || new Set(known).size < 2) return null;
  const best = isSmallerBetter
    ? Math.min(...known.map((value) => Math.abs(value)))
    : Math.max(...known);
  return values.findIndex((value) =>
    value === null ? false : (isSmallerBetter ? Math.abs(value) : value) === best,
  );
}

/** Return a table of figures by runs; figures that no run has are left out. */
export function metricTable(runs: readonly Schema<"TierFigures">[]): MetricRow[] {
  // One that never traded is no better for having lost nothing.
  const traded = runs.map(({ trades }) => real(inside(trades, ...COUNTS)) !== 0);
  return METRICS.map(({ name, form, isSmallerBetter = false, of }) => {
    const values = runs.map((run) => real(of(run)));
    const judged = values.map((value, place) => (traded[place] ? value : null));
    const best = NEUTRAL.has(name) ? null : bestOf(judged, isSmallerBetter);
    return { name, form, values, best };
  }).filter((row) => row.values.some((value) => value !== null));
}
