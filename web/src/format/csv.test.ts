import { expect, it } from "vitest";
import { csvOf } from "./csv";

it("quotes what would break a row, and defuses formulas", () => {
  const text = csvOf(
    ["name", "words", "size"],
    [
      ['a "b"', "one, two", -0.5],
      ["=1+1", "+x", "-0.25"],
      [null, undefined, true],
    ],
  );
  expect(text).toBe(
    'name,words,size\r\n"a ""b""","one, two",-0.5\r\n\'=1+1,\'+x,-0.25\r\n,,true\r\n',
  );
});
