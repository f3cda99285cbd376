import { describe, expect, it } from "vitest";

import { decimalSum, isSame, negated } from "./decimal-sum";

describe("decimal sum", () => {
  it("adds what binary fractions cannot", () => {
    expect(decimalSum(["0.1", "0.2"])).toBe("0.3");
    expect(decimalSum(["-5.78515504", "-7.21215568"])).toBe("-12.99731072");
    expect(decimalSum(["9007199254740993.00000001", "0"])).toBe("9007199254740993.00000001");
    expect(decimalSum(["-0.05", "0.04"])).toBe("-0.01");
    expect(decimalSum([])).toBe("0");
    expect(decimalSum(["1", "-1.00"])).toBe("0.00");
  });

  it("negates and compares", () => {
    expect(negated("-1.5")).toBe("1.5");
    expect(negated("1.5")).toBe("-1.5");
    expect(negated("0.00")).toBe("0.00");
    expect(isSame("1.50", "1.5")).toBe(true);
    expect(isSame("1.50", "1.51")).toBe(false);
  });

  it("refuses what is no number", () => {
    expect(() => decimalSum(["1e5"])).toThrow(RangeError);
    expect(() => decimalSum(["", "1"])).toThrow(RangeError);
  });
});
