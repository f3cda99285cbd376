"use client";

import { RANGES, useRange } from "@/state/range";
import { Choice } from "./form";

const OPTIONS = RANGES.map((range) => ({ value: range, label: range }));

/** The stretch of time that every chart shows. */
export function RangeChoice() {
  const [range, choose] = useRange();
  return <Choice label="Range" value={range} options={OPTIONS} onChange={choose} />;
}
