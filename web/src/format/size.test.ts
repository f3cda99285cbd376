import { expect, it } from "vitest";
import { bytes } from "./size";

it("keeps up to three digits", () => {
  expect([0, 999, 1000, 6_882_032, 412_000_000, 999_999_999, 1.2e12].map(bytes)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "6.9 MB",
    "412 MB",
    "1.0 GB",
    "1.2 TB",
  ]);
  expect(bytes(undefined)).toBe("—");
});
