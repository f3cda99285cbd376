import { describe, expect, it } from "vitest";
import { found, placeCommands } from "./commands";
import { lightOf, lightsOf } from "./lights";
import { modeOf } from "./mode";
import { placeOf } from "./navigation";
import { keyReader } from "./shortcuts";
import { stepsOf } from "./stopping";

const part = (name: string, is_good = true) => ({
  part: name,
  is_good,
  detail: is_good ? "" : "late",
  since_ns: 5,
});

describe("lights", () => {
  it("gather the parts that belong together", () => {
    expect(
      ["market COINBASE:BTC-USDT", "connection COINBASE/1", "gateway", "tables", "session"].map(
        lightOf,
      ),
    ).toEqual(["feed", "feed", "gateway", "store", "kernel"]);
  });
  it("are bad where one part is, and unknown where none is heard", () => {
    const lights = lightsOf([part("market A"), part("market B", false), part("tables")]);
    expect(lights.map((each) => [each.name, each.state])).toEqual([
      ["feed", "bad"],
      ["kernel", "unknown"],
      ["gateway", "unknown"],
      ["store", "good"],
    ]);
    expect(lights[0]?.words).toBe("market B: late");
  });
});

describe("mode", () => {
  it("is never LIVE unless money is real", () => {
    for (const mode of ["demo", "paper", "shadow"] as const) {
      expect(modeOf({ mode, phase: "trading" })).toMatchObject({ word: "PAPER", halted: "" });
    }
    expect(modeOf({ mode: "live", phase: "killed" })).toMatchObject({
      word: "LIVE",
      halted: "killed",
      needsRearm: true,
    });
  });
});

describe("keys", () => {
  const press = (key: string, terms = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    ...terms,
  });
  it("go to pages by g and a letter", () => {
    const read = keyReader();
    expect(read(press("g"), false, 0)).toBeNull();
    expect(read(press("r"), false, 500)).toEqual({ kind: "go", href: "/orders/" });
    expect(read(press("r"), false, 600)).toBeNull();
  });
  it("forget g after a while", () => {
    const read = keyReader();
    read(press("g"), false, 0);
    expect(read(press("r"), false, 5000)).toBeNull();
  });
  it("leave fields alone, but for the palette", () => {
    const read = keyReader();
    expect(read(press("x"), true, 0)).toBeNull();
    expect(read(press("k", { ctrlKey: true }), true, 0)).toEqual({ kind: "palette" });
    expect(read(press("x"), false, 0)).toEqual({ kind: "stop" });
  });
});

describe("places", () => {
  it("belong to their paths", () => {
    expect(placeOf("/")?.label).toBe("Overview");
    expect(placeOf("/orders")?.label).toBe("Orders");
    expect(placeOf("/none/")).toBeUndefined();
  });
  it("are found by a few letters, the nearest first", () => {
    const commands = placeCommands(() => undefined);
    expect(found(commands, "ri")[0]?.label).toBe("Risk");
    expect(found(commands, "prf")[0]?.label).toBe("Performance");
    expect(found(commands, "zzz")).toEqual([]);
  });
});

describe("a stop", () => {
  it("tells each step with the time it took", () => {
    const steps = stepsOf({
      phase: "stopping",
      orders: 3,
      cancelled: 2,
      positions: ["A"],
      closed: ["A"],
      answered_ms: 12,
      last_cancel_ms: null,
      flat_ms: 240,
    });
    expect(steps.map((step) => [step.words, step.isDone, step.tookMs])).toEqual([
      ["New orders are refused", true, 12],
      ["Orders cancelled: 2 of 3", false, null],
      ["Positions closed: 1 of 1", true, 240],
    ]);
  });
  it("claims nothing of a trader that does not answer", () => {
    const waiting = { phase: "waiting", answered_ms: null, last_cancel_ms: null, flat_ms: null };
    const steps = stepsOf({ ...waiting, orders: 2, cancelled: 0, positions: ["A"], closed: [] });
    expect(steps.map((step) => [step.words, step.isDone])).toEqual([
      ["Nobody has taken the stop yet: orders may come", false],
      ["Orders cancelled: 0 of 2", false],
      ["Positions closed: 0 of 1", false],
    ]);
    const bare = stepsOf({ ...waiting, orders: 0, cancelled: 0, positions: [], closed: [] });
    expect(bare.slice(1).map((step) => [step.words, step.isDone])).toEqual([
      ["No order was open when it was heard last", false],
      ["Nothing was held when it was heard last", false],
    ]);
  });
});
