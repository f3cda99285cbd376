import { describe, expect, it, vi } from "vitest";
import { againMs, isBeingMade, untilMade } from "./being-made";

const making = {
  being_made: true,
  progress: 0.42,
  doing: "replaying the journal",
  begun_ns: 100,
  retry_after_s: 2,
};

describe("an answer that takes a while", () => {
  it("is told from one that is whole", () => {
    expect(isBeingMade(making)).toBe(true);
    expect(isBeingMade({ total: "1" })).toBe(false);
    expect(isBeingMade(undefined)).toBe(false);
  });

  it("is asked for again as soon as the server says", () => {
    expect(againMs(making, 30_000)).toBe(2_000);
    expect(againMs({ total: "1" }, 30_000)).toBe(30_000);
    expect(againMs(undefined, false)).toBe(false);
  });

  it("is waited for until it is the one that is wanted", async () => {
    vi.useFakeTimers();
    const answers = [making, { made_ns: 50 }, { made_ns: 150 }];
    const ask = vi.fn(() => Promise.resolve(answers.shift() as { made_ns: number }));
    const found = untilMade(
      making as unknown as { made_ns: number },
      ask,
      (each, begun) => each.made_ns >= begun,
    );
    await vi.runAllTimersAsync();
    expect(await found).toEqual({ made_ns: 150 });
    expect(ask).toHaveBeenCalledTimes(3);
    vi.useRealTimers();
  });

  it("is given back at once where it is whole", async () => {
    const whole = { made_ns: 7 };
    expect(
      await untilMade(
        whole,
        () => Promise.reject(new Error("asked")),
        () => true,
      ),
    ).toBe(whole);
  });
});
