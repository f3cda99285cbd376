import { describe, expect, it } from "vitest";
import { figuresOf } from "./figures";

describe("figures", () => {
  it("are null where they are not known, and never 0", () => {
    const figures = figuresOf({ pnl: "-1.50", sharpe: null, volatility: "NaN", trades: null });
    expect(figures.pnl).toBe("-1.50");
    expect(figures.sharpe).toBeNull();
    expect(figures.volatility).toBeNull();
    expect(figures.trades.win_rate).toBeNull();
    expect(figures.benchmark).toBeNull();
    expect(figures.notes).toEqual([]);
  });

  it("keep what is told", () => {
    const figures = figuresOf({
      total_return: -0.001,
      notes: ["short"],
      trades: { closed: 8, win_rate: 0, average_holding_ns: 5e9 },
      benchmark: { name: "BTC", beta: 0.5 },
    });
    expect(figures.total_return).toBe(-0.001);
    expect(figures.trades).toMatchObject({ closed: 8, win_rate: 0, average_holding_ns: 5e9 });
    expect(figures.benchmark).toMatchObject({ name: "BTC", beta: 0.5, alpha: null });
    expect(figures.notes).toEqual(["short"]);
  });
});
