import { describe, expect, it } from "vitest";
import { changesOf, faultOf } from "./changes";

const settings = [
  { name: "a", label: "A", value: 0.25 },
  { name: "b", label: "B", value: 10 },
];

describe("changes", () => {
  it("are what differs from what is in force", () => {
    expect(changesOf(settings, {})).toEqual([]);
    expect(changesOf(settings, { a: "0.250" })).toEqual([]);
    expect(
      changesOf(settings, { a: "0.5", b: "5" }).map((each) => [each.name, each.isRaise]),
    ).toEqual([
      ["a", true],
      ["b", false],
    ]);
  });
  it("allow more where a limit is switched off", () => {
    expect(changesOf(settings, { b: "0" })[0]?.isRaise).toBe(true);
  });
  it("leave out what is no number", () => {
    expect(changesOf(settings, { a: "much" })).toEqual([]);
    expect(faultOf("much")).not.toBe("");
    expect(faultOf("-1")).not.toBe("");
    expect(faultOf("12.5")).toBe("");
  });
});
