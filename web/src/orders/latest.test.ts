import { describe, expect, it } from "vitest";
import { fits, withLatest } from "./latest";
import type { OrderShape } from "./shapes";

const ANY = { state: "all", side: "all", text: "" };

function order(id: string, state: string, terms: Partial<OrderShape> = {}): OrderShape {
  return {
    order_id: id,
    client_order_id: `c-${id}`,
    instrument: "A:BTC-USD",
    asked_by: "strategy",
    reason: "momentum +0.62 → buy",
    side: "buy",
    state,
    ...terms,
  } as OrderShape;
}

describe("an order is looked for", () => {
  const filled = order("01", "partly-filled");
  it.each([
    [ANY, true],
    [{ ...ANY, state: "filled" }, true],
    [{ ...ANY, state: "open" }, false],
    [{ ...ANY, side: "sell" }, false],
    [{ ...ANY, text: "MOMENTUM" }, true],
    [{ ...ANY, text: "c-01" }, true],
    [{ ...ANY, text: "funding" }, false],
  ])("by %j: %s", (filter, isWanted) => {
    expect(fits(filled, filter)).toBe(isWanted);
  });
});

describe("the latest orders", () => {
  const asked = [order("02", "open"), order("01", "filled")];
  it("take the place of what was asked for, and new ones come", () => {
    const latest = [order("02", "filled"), order("03", "open")];
    const found = withLatest(asked, latest, ANY);
    expect(found.map((each) => [each.order_id, each.state])).toEqual([
      ["02", "filled"],
      ["01", "filled"],
      ["03", "open"],
    ]);
    expect(found[1]).toBe(asked[1]);
  });
  it("go when they fit no more, and come only when they fit", () => {
    const latest = [order("02", "filled"), order("03", "open"), order("04", "rejected")];
    const found = withLatest([order("02", "open")], latest, { ...ANY, state: "open" });
    expect(found.map((each) => each.order_id)).toEqual(["03"]);
  });
  it("are not needed", () => {
    expect(withLatest(asked, undefined, ANY)).toEqual(asked);
  });
});
