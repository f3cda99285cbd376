import { expect, it } from "vitest";
import { areSame, isSame } from "./same";

it("tells objects by what they hold", () => {
  expect(isSame({ time: 1, value: 2 }, { time: 1, value: 2 })).toBe(true);
  expect(isSame({ time: 1, value: 2 }, { time: 1, value: 3 })).toBe(false);
  expect(isSame({ time: 1 }, { time: 1, ink: "up" })).toBe(false);
  expect(isSame({ time: 1, ink: undefined }, { time: 1, text: undefined })).toBe(true);
  expect(isSame(undefined, { time: 1 })).toBe(false);
  expect(isSame(undefined, undefined)).toBe(true);
});

it("tells lists by their order and length, none as empty", () => {
  expect(areSame([{ a: 1 }, { a: 2 }], [{ a: 1 }, { a: 2 }])).toBe(true);
  expect(areSame([{ a: 1 }, { a: 2 }], [{ a: 2 }, { a: 1 }])).toBe(false);
  expect(areSame([{ a: 1 }], [{ a: 1 }, { a: 2 }])).toBe(false);
  expect(areSame(undefined, [])).toBe(true);
});
