import { expect, it } from "vitest";
import { searchWith } from "./address";

it("keeps the other values of the address, and leaves defaults out", () => {
  expect(searchWith("?a=1&b=2", "b", "3", "")).toBe("?a=1&b=3");
  expect(searchWith("?a=1", "a", "", "")).toBe("");
  expect(searchWith("", "search", "a b&c", "")).toBe("?search=a+b%26c");
});
