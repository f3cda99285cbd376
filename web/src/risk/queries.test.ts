import { expect, it } from "vitest";
import { measuredOf } from "./queries";

it("says null of what the stream leaves out, and of all of it before the first", () => {
  expect(measuredOf({})).toBeNull();
  const gate = { confidence: 0.99, samples: 3 } as NonNullable<
    Parameters<typeof measuredOf>[0]["gate"]
  >;
  expect(measuredOf({ equity: 5, gate })?.gate).toMatchObject({ var: null, es: null, samples: 3 });
});
