import { describe, expect, it } from "vitest";
import { parityView } from "./parity-report";

const REPORT = {
  ok: true,
  checks: [{ name: "journal", ok: true, compared: 129_462, first_difference: null }],
  notes: [],
  attribution: {
    currency: "USDT",
    run_profit: "-12.60548540",
    back_test_profit: "-12.60548551",
    difference: "0.00000011",
    parts: { signal: "0.00000000", fee: "0.00000011" },
    unexplained: "0.00000000",
    matched: { both: 18, run_only: 0, back_test_only: 1 },
  },
};

describe("parity report", () => {
  it("is read as the command line prints it", () => {
    const view = parityView(REPORT);
    expect(view.checks).toEqual([{ name: "journal", ok: true, compared: 129_462, first: "" }]);
    expect(view.difference?.parts).toEqual({ signal: "0.00000000", fee: "0.00000011" });
    expect(view.matched).toEqual({ both: 18, runOnly: 0, backTestOnly: 1 });
    expect(view.currency).toBe("USDT");
  });

  it("has no difference where none was told", () => {
    const view = parityView({ ok: false, checks: [], attribution: null, notes: ["short"] });
    expect(view).toMatchObject({ ok: false, difference: null, matched: null, notes: ["short"] });
  });
});
