import { expect, it } from "vitest";
import { nextPage } from "../login/next-page";
import { searchWith } from "./address";

it("keeps the other values of the address, and leaves defaults out", () => {
  expect(searchWith("?a=1&b=2", "b", "3", "")).toBe("?a=1&b=3");
  expect(searchWith("?a=1", "a", "", "")).toBe("");
  expect(searchWith("", "search", "a b&c", "")).toBe("?search=a+b%26c");
});

it("never leads from the login to another house", () => {
  expect(nextPage("?next=%2Forders%2F%3Forder%3D1")).toBe("/orders/?order=1");
  for (const bad of ["//evil.example", "https://evil.example", "/\\evil.example", "/login/"]) {
    expect(nextPage(`?next=${encodeURIComponent(bad)}`)).toBe("/");
  }
});
