/** The stretch of time that charts show: one for all pages, in the address and kept between them. */

import { useCallback } from "react";
import { create } from "zustand";
import { persist } from "zustand/middleware";
import { useAddress } from "./address";

export const RANGES = ["15m", "1h", "6h", "1d", "7d", "30d", "all"] as const;
export type Range = (typeof RANGES)[number];

const SECONDS: Record<Range, number | null> = {
  "15m": 900,
  "1h": 3600,
  "6h": 21_600,
  "1d": 86_400,
  "7d": 604_800,
  "30d": 2_592_000,
  all: null,
};

const useKept = create<{ range: Range; keep: (range: Range) => void }>()(
  persist((set) => ({ range: "1h", keep: (range) => set({ range }) }), { name: "traider-range" }),
);

function isRange(text: string): text is Range {
  return (RANGES as readonly string[]).includes(text);
}

/** Return the seconds of a range; null for everything there is. */
export function secondsOf(range: Range): number | null {
  return SECONDS[range];
}

/** Return the range that is shown, and a way to choose another. */
export function useRange(): [Range, (range: Range) => void] {
  const kept = useKept((each) => each.range);
  const keep = useKept((each) => each.keep);
  const [text, setText] = useAddress("range", "");
  const choose = useCallback(
    (range: Range) => {
      setText(range);
      keep(range);
    },
    [keep, setText],
  );
  return [isRange(text) ? text : kept, choose];
}
