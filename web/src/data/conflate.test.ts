import { expect, it } from "vitest";
import { conflated } from "./conflate";

it("flushes once what was said many times, and begins anew after", () => {
  const flushed: string[][] = [];
  const due: (() => void)[] = [];
  const say = conflated(
    (keys) => flushed.push([...keys]),
    (run) => due.push(run),
  );
  ["status", "book", "status", "status"].forEach(say);
  expect(due).toHaveLength(1);
  expect(flushed).toEqual([]);
  due.pop()?.();
  expect(flushed).toEqual([["status", "book"]]);
  say("tape");
  expect(due).toHaveLength(1);
  due.pop()?.();
  expect(flushed).toEqual([["status", "book"], ["tape"]]);
});

it("keeps for the next time what is said while it flushes", () => {
  const flushed: string[][] = [];
  const due: (() => void)[] = [];
  const say = conflated(
    (keys) => {
      flushed.push([...keys]);
      if (keys.has("first")) say("second");
    },
    (run) => due.push(run),
  );
  say("first");
  due.shift()?.();
  due.shift()?.();
  expect(flushed).toEqual([["first"], ["second"]]);
});
