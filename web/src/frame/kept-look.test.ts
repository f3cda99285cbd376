import { describe, expect, it } from "vitest";
import { AT_FIRST } from "@/state/look";
import { choicesKept, wayOf } from "./kept-look";

const NEW = {
  theme: "system",
  colors: "green-red",
  clock: "local",
  density: "comfortable",
  is_rail_folded: false,
  changed_ns: null,
} as const;

describe("the look of an account", () => {
  it("is what was chosen, under the names of the page", () => {
    expect(choicesKept({ ...NEW, is_rail_folded: true, clock: "utc" })).toEqual({
      ...AT_FIRST,
      isRailFolded: true,
      clock: "utc",
    });
  });
  it("is taken over where somebody chose it", () => {
    expect(wayOf({ ...NEW, theme: "dark", changed_ns: 1 }, AT_FIRST)).toBe("take");
    expect(wayOf({ ...NEW, changed_ns: 1 }, { ...AT_FIRST, theme: "dark" })).toBe("take");
  });
  it("is that of the browser where nobody chose yet", () => {
    expect(wayOf(NEW, { ...AT_FIRST, density: "compact" })).toBe("send");
    expect(wayOf(NEW, AT_FIRST)).toBe("same");
  });
});
