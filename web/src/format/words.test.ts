import { expect, it } from "vitest";
import { baseOf, capital, counted, shortName, spaced } from "./words";

it("names instruments and limits as people do", () => {
  expect(shortName("COINBASE:ETH-USDT")).toBe("ETH-USDT");
  expect(shortName("ETH-USDT")).toBe("ETH-USDT");
  expect(baseOf("BINANCE:BTC-USDT-PERP")).toBe("BTC");
  expect(capital(spaced("max_order_notional"))).toBe("Max order notional");
});

it("counts in words", () => {
  expect(counted(1, "order")).toBe("1 order");
  expect(counted(1200, "fill")).toBe("1,200 fills");
});
