import { describe, expect, it } from "vitest";
import { compact, money, number, percent, placesOf, price, shareOf, signOf, size } from "./number";

describe("numbers", () => {
  it("separates thousands and keeps the places", () => {
    expect(money("1234567.5")).toBe("1,234,567.50");
    expect(number(0.5, { digits: 0 })).toBe("1");
  });
  it("keeps every digit of decimal text", () => {
    expect(number("12345678901234567.12345678", { digits: 8 })).toBe(
      "12,345,678,901,234,567.12345678",
    );
  });
  it("shows what is not known as a dash, never as zero", () => {
    for (const unknown of [null, undefined, "", NaN, "abc"]) expect(money(unknown)).toBe("—");
    expect(money(0)).toBe("0.00");
  });
  it("signs what is asked to be signed, and no zero", () => {
    expect(money("12", { sign: true })).toBe("+12.00");
    expect(money("-12", { sign: true })).toBe("−12.00");
    expect(money("0", { sign: true })).toBe("0.00");
    expect(money("-0.001", { sign: true })).toBe("0.00");
  });
  it("writes fractions as percent", () => {
    expect(percent("0.0527")).toBe("5.27 %");
    expect(percent(-0.1, { digits: 0, sign: true })).toBe("−10 %");
  });
  it("takes the places of ticks and lots", () => {
    expect(placesOf("0.01")).toBe(2);
    expect(placesOf("0.10")).toBe(1);
    expect(placesOf("1")).toBe(0);
    expect(placesOf(1e-8)).toBe(8);
    expect(price("64000.1", "0.01")).toBe("64,000.10");
    expect(price("1797.495")).toBe("1,797.495");
    expect(price("")).toBe("—");
    expect(size("0.46448411")).toBe("0.46448411");
    expect(size("2", undefined, { sign: true })).toBe("+2");
  });
  it("shortens large counts", () => {
    expect(compact(12_345)).toBe("12.3k");
    expect(compact(999)).toBe("999");
    expect(compact(-4_500_000)).toBe("−4.5M");
  });
  it("says the part of a limit that is used", () => {
    expect(shareOf("0.05", 0.2)).toBeCloseTo(0.25);
    expect(shareOf("-0.05", 0.2)).toBeCloseTo(0.25);
    expect(shareOf("0.05", undefined)).toBeNull();
    expect(shareOf("0.05", 0)).toBeNull();
  });
  it("knows a sign", () => {
    expect([signOf("-2"), signOf("0"), signOf("3"), signOf("")]).toEqual([-1, 0, 1, 0]);
  });
});
