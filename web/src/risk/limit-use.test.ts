import { describe, expect, it } from "vitest";
import { limitChange, needsCode } from "./limit-use";

describe("change of a limit", () => {
  it("asks for a code exactly where more risk is let in", () => {
    const cases: [string, string, boolean, string, boolean][] = [
      ["0.25", "0.3", true, "loosens", true],
      ["0.25", "0.2", true, "tightens", false],
      ["0.25", "0", true, "switches off", true],
      ["", "0.5", true, "switches on", false],
      ["0.25", "0.250", true, "none", false],
      ["0.1", "0.05", false, "loosens", true],
      ["0.1", "0.2", false, "tightens", false],
      ["0.1", "0", false, "switches off", true],
      ["", "0", true, "none", false],
      ["0.25", "a lot", true, "wrong", false],
      ["0.25", "-1", true, "wrong", false],
      ["0.25", "", true, "wrong", false],
    ];
    for (const [before, after, isLargerLooser, meaning, code] of cases) {
      const change = limitChange(before, after, isLargerLooser);
      expect([before, after, change]).toEqual([before, after, meaning]);
      expect(needsCode(change)).toBe(code);
    }
  });
});
