import { describe, expect, it } from "vitest";
import type { Schema } from "@/data/schemas";
import { metricTable } from "./metrics";

function run(performance: Record<string, number | null>, fees: string, fall: number) {
  const figures: Schema<"TierFigures"> = {
    fill_tier: "base",
    fingerprint: "f",
    complete: true,
    final_equity: "10100.50",
    max_drawdown: fall,
    turnover: null,
    performance,
    trades: { win_rate: 0.5 },
    costs: { fees },
    orders: {},
    execution: {},
    attribution: {},
  };
  return figures;
}

describe("metric table", () => {
  const rows = metricTable([
    run({ total_return: 0.1, sharpe: null }, "5.0", 0.3),
    run({ total_return: 0.2, sharpe: 1 }, "9.0", 0.1),
  ]);
  const row = (name: string) => rows.find((each) => each.name === name);

  it("names the best, by what is better of each figure", () => {
    expect(row("Total return")?.best).toBe(1);
    expect(row("Fees")?.best).toBe(null); // of other capital they say nothing
    expect(row("Deepest fall")?.best).toBe(1);
  });

  it("names none of equals, or where one run alone has the figure", () => {
    expect(row("Won")).toMatchObject({ values: [0.5, 0.5], best: null });
    expect(row("Sharpe")).toMatchObject({ values: [null, 1], best: null });
    expect(row("Final equity")?.best).toBeNull();
  });

  it("leaves out what no run has", () => {
    expect(row("Turnover a year")).toBeUndefined();
    expect(metricTable([])).toEqual([]);
  });

  it("names none that never traded", () => {
    const idle = { ...run({}, "0", 0), trades: { closed: 0 } };
    const three = metricTable([idle, run({}, "1", 0.2), run({}, "1", 0.3)]);
    expect(three.find((each) => each.name === "Deepest fall")?.best).toBe(1);
  });

  it("reads falls alike, whichever sign they are told with", () => {
    const both = metricTable([run({}, "1", -0.3), run({}, "1", -0.1)]);
    expect(both.find((each) => each.name === "Deepest fall")?.best).toBe(1);
  });
});
