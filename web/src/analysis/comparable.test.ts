import { describe, expect, it } from "vitest";
import { comparable } from "./comparable";

const RUNS = [
  { id: "1", state: "done", has_result: true },
  { id: "2", state: "cancelled", has_result: false },
  { id: "3", state: "done", has_result: false },
];

describe("runs that can be laid side by side", () => {
  it("are those with a result, in the order they were chosen", () => {
    const runs = [...RUNS, { id: "4", state: "failed", has_result: true }];
    expect(comparable(["4", "1"], runs)).toEqual({ ready: ["4", "1"], notes: [] });
  });

  it("are told apart from those without one, which do not hide the others", () => {
    const { ready, notes } = comparable(["2", "1", "3", "zzz", "zzz"], RUNS);
    expect(ready).toEqual(["1"]);
    expect(notes).toEqual([
      "#2 is left out: it is cancelled and has no result.",
      "#3 is left out: its results gave way to newer ones.",
      "zzz is left out: the list has no back-test of that number.",
    ]);
  });

  it("are none while the list is not there", () => {
    expect(comparable(["1"], undefined)).toEqual({ ready: [], notes: [] });
  });
});
