import { describe, expect, it } from "vitest";
import { rowId } from "./channels";
import { mergePatch, mergeRows } from "./merge";
import { bodyAfter, standingOf } from "./stream";

describe("merge patches", () => {
  it.each([
    // Examples of RFC 7396, appendix A.
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("of %j with %j is %j", (target, change, merged) => {
    const before = JSON.stringify(target);
    expect(mergePatch(target, change)).toEqual(merged);
    expect(JSON.stringify(target)).toBe(before);
  });
});

describe("rows", () => {
  const rows = [
    { id: "a", n: 1 },
    { id: "b", n: 2 },
    { id: "c", n: 3 },
  ];
  it("are replaced in place, added at the end, taken out", () => {
    const after = mergeRows(
      rows,
      {
        rows: [
          { id: "d", n: 4 },
          { id: "b", n: 9 },
        ],
        removed: ["a"],
      },
      rowId,
    );
    expect(after).toEqual([
      { id: "b", n: 9 },
      { id: "c", n: 3 },
      { id: "d", n: 4 },
    ]);
    expect(rows).toHaveLength(3);
  });
});

describe("messages", () => {
  const message = { channel: "status", sequence: 2, at_ns: 1 } as const;
  it("begin with a snapshot", () => {
    expect(bodyAfter(undefined, { ...message, kind: "snapshot", body: { nav: "1" } })).toEqual({
      nav: "1",
    });
  });
  it("hang in the air where one before them was missed, and are old news when they come again", () => {
    const delta = { ...message, kind: "delta" as const, body: {} };
    expect(standingOf(1, delta)).toBe("follows");
    expect(standingOf(2, delta)).toBe("old");
    expect(standingOf(0, delta)).toBe("hangs");
    expect(standingOf(undefined, delta)).toBe("hangs");
    expect(standingOf(undefined, { ...delta, kind: "snapshot" })).toBe("follows");
  });
  it("change objects by patches and lists by rows", () => {
    const delta = { ...message, kind: "delta" as const };
    expect(bodyAfter({ nav: "1", cash: "5" }, { ...delta, body: { nav: "2" } })).toEqual({
      nav: "2",
      cash: "5",
    });
    const body = { rows: [{ id: "b" }], removed: ["a"] };
    expect(bodyAfter([{ id: "a" }], { ...delta, body })).toEqual([{ id: "b" }]);
  });
});
