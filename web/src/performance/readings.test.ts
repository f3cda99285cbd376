import { describe, expect, it } from "vitest";
import { binsOf, columnOf, growthOf, monthHeat, rebased } from "./readings";

describe("readings", () => {
  it("leave out what is not known", () => {
    expect(columnOf([1e9, 2e9, 3e9], ["1.5", null, 3])).toEqual([
      { time: 1, value: 1.5 },
      { time: 3, value: 3 },
    ]);
  });

  it("begin every curve at nothing", () => {
    expect(
      rebased([
        { time: 1, value: 100 },
        { time: 2, value: 125 },
      ]).map((p) => p.value),
    ).toEqual([0, 0.25]);
    expect(rebased([])).toEqual([]);
  });

  it("count no capital that came as growth", () => {
    const nav = {
      currency: "USDT",
      rows: 2,
      ts_ns: [1e9, 2e9],
      nav: ["100", "160"],
      pnl: ["0", "10"],
      drawdown: [0, 0],
      gross: ["0", "0"],
    };
    expect(growthOf(nav).at(-1)?.value).toBe(0.1);
  });

  it("make bins of edges", () => {
    const spread = {
      period: "1m",
      edges: [-1, 0, 1],
      counts: [3, 4],
      mean: null,
      deviation: null,
      skew: null,
      excess_kurtosis: null,
    };
    expect(binsOf(spread)).toEqual([
      { from: -1, until: 0, count: 3 },
      { from: 0, until: 1, count: 4 },
    ]);
  });

  it("chain months to years, newest first, with empty months empty", () => {
    const month = (name: string, total_return: number | null) => ({
      month: name,
      total_return,
      begin_ns: 0,
      end_ns: 0,
    });
    const rows = monthHeat([month("2024-11", 0.1), month("2024-12", -0.1), month("2025-02", 0.05)]);
    expect(rows.map((row) => row.name)).toEqual(["2025", "2024"]);
    expect(rows[1]?.cells.slice(10).map((cell) => cell.text)).toEqual([
      "+10.00",
      "−10.00",
      "−1.00",
    ]);
    expect(rows[1]?.cells[10]).toMatchObject({ end: "up", strength: 1 });
    expect(rows[0]?.cells[0]).toMatchObject({ text: "", end: "none" });
    expect(rows[0]?.cells).toHaveLength(13);
  });
});
