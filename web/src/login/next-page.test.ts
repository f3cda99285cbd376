import { describe, expect, it } from "vitest";
import { nextPage } from "./next-page";

const OURS = "https://trader.example:8443";

function next(wanted: string): string {
  return nextPage(`?next=${encodeURIComponent(wanted)}`, OURS);
}

describe("nextPage", () => {
  it("leads back to the page that was asked for", () => {
    expect(next("/orders/?side=buy#top")).toBe("/orders/?side=buy#top");
    expect(nextPage("", OURS)).toBe("/");
  });
  it("never leads to another site, however it is written", () => {
    const strange = [
      "https://evil.example/",
      "//evil.example",
      "/\\evil.example",
      "\\\\evil.example",
      "/\t/evil.example",
      "/\n//evil.example",
      "/.//evil.example",
      "/x/..//evil.example",
      "/./\\evil.example",
      "javascript:alert(1)",
      " //evil.example",
      "evil.example",
    ];
    expect(strange.map((each) => [each, next(each)])).toEqual(strange.map((each) => [each, "/"]));
  });
  it("does not lead to the login again", () => {
    expect(next("/login/?next=/orders/")).toBe("/");
    expect(next("/x/../login/")).toBe("/");
  });
});
