import { describe, expect, it } from "vitest";

import { decimalSum } from "./decimal-sum";
import { folded, REST, waterfall } from "./waterfall";

const part = (name: string, amount: string) => ({ name, amount });

describe("waterfall", () => {
  it("goes on where the last bar ended, and ends at the total", () => {
    const bars = waterfall([part("gross", "5.00"), part("fees", "-7.50")], "-2.50", "profit");
    expect(bars.map((bar) => [bar.name, bar.from, bar.to, bar.kind])).toEqual([
      ["gross", 0, 5, "part"],
      ["fees", 5, -2.5, "part"],
      ["profit", 0, -2.5, "total"],
    ]);
  });

  it("shows what the parts leave, to the last unit", () => {
    const bars = waterfall([part("a", "0.1"), part("b", "0.2")], "0.30000001", "profit");
    expect(bars.map((bar) => bar.name)).toEqual(["a", "b", REST, "profit"]);
    expect(bars[2]?.amount).toBe("0.00000001");
  });

  it("has no rest where tenths are added", () => {
    expect(waterfall([part("a", "0.1"), part("b", "0.2")], "0.3", "profit")).toHaveLength(3);
  });

  it("folds the small ones and keeps the sum", () => {
    const parts = [part("a", "1"), part("b", "-9"), part("c", "0.5"), part("d", "3")];
    const fewer = folded(parts, 3);
    expect(fewer.map((one) => one.name)).toEqual(["b", "d", "2 others"]);
    expect(decimalSum(fewer.map((one) => one.amount))).toBe("-4.5");
    expect(folded(parts, 4)).toHaveLength(4);
  });
});
