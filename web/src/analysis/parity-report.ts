/** What a check of the run found, read out of the report of `traider parity --json`. */

import type { DifferenceTerms } from "./difference-rows";

type Told = Readonly<Record<string, unknown>>;

export interface ParityView {
  readonly ok: boolean;
  readonly checks: readonly { name: string; ok: boolean; compared: number; first: string }[];
  readonly currency: string;
  readonly difference: DifferenceTerms | null;
  readonly matched: { both: number; runOnly: number; backTestOnly: number } | null;
  readonly notes: readonly string[];
}

function table(value: unknown): Told {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Told)
    : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function count(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function differenceOf(told: Told): DifferenceTerms {
  const parts = Object.entries(table(told["parts"])).map(([name, part]) => [name, text(part)]);
  return {
    runProfit: text(told["run_profit"]),
    backTestProfit: text(told["back_test_profit"]),
    parts: Object.fromEntries(parts) as Record<string, string>,
    unexplained: text(told["unexplained"]) || "0",
  };
}

/** Return a report as the page shows it; a report without a difference has null. */
export function parityView(report: Told): ParityView {
  const told = table(report["attribution"]);
  const matched = table(told["matched"]);
  return {
    ok: report["ok"] === true,
    checks: list(report["checks"]).map((each) => {
      const check = table(each);
      return {
        name: text(check["name"]),
        ok: check["ok"] === true,
        compared: count(check["compared"]),
        first: text(check["first_difference"]),
      };
    }),
    currency: text(told["currency"]),
    difference: "parts" in told ? differenceOf(told) : null,
    matched:
      "matched" in told
        ? {
            both: count(matched["both"]),
            runOnly: count(matched["run_only"]),
            backTestOnly: count(matched["back_test_only"]),
          }
        : null,
    notes: list(report["notes"]).map(String),
  };
}
