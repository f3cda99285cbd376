import { describe, expect, it } from "vitest";

import { pressure, taken, TAPE_MAX, type TapeTrade } from "./tape";

const trade = (id: number, side: "buy" | "sell" = "buy"): TapeTrade => ({
  id: String(id),
  timeNs: id,
  price: 1,
  size: 2,
  side,
});

describe("tape", () => {
  it("takes each trade once, newest first", () => {
    const tape = taken(taken([], [trade(1), trade(3), trade(3)]), [trade(2), trade(3)]);
    expect(tape.map((one) => one.id)).toEqual(["3", "2", "1"]);
  });

  it("is bounded and drops the oldest", () => {
    const tape = taken(
      [],
      Array.from({ length: TAPE_MAX + 5 }, (_, id) => trade(id)),
    );
    expect(tape).toHaveLength(TAPE_MAX);
    expect(tape.at(-1)?.id).toBe("5");
  });

  it("weighs who took", () => {
    expect(pressure([trade(1), trade(2), trade(3, "sell")])).toEqual({
      bought: 4,
      sold: 2,
      share: 2 / 3,
    });
    expect(pressure([]).share).toBeNull();
  });
});
