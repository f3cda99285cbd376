import { describe, expect, it } from "vitest";
import { differenceBars } from "./difference-rows";

const terms = {
  runProfit: "-12.5",
  backTestProfit: "-12.0",
  parts: { fee: "-0.2", signal: "0.1", latency: "-0.5", fill: "0", funding: "0", data: "0" },
  unexplained: "0.1",
};

describe("difference bars", () => {
  it("go through the causes in one order and end at the difference", () => {
    const bars = differenceBars(terms);
    expect(bars.map((bar) => bar.name)).toEqual([
      "signal", "latency", "fill", "fee", "funding", "data", "unexplained", "difference",
    ]); // prettier-ignore
    expect(bars.at(-1)?.amount).toBe("-0.5");
    expect(bars.at(-2)?.to).toBeCloseTo(-0.5);
  });

  it("have no rest where nothing is left, and keep causes they do not know", () => {
    const bars = differenceBars({ ...terms, parts: { weather: "1.5" }, unexplained: "0.00000000" });
    expect(bars.map((bar) => bar.name)).toEqual(["weather", "difference"]);
  });
});
