/** A waterfall: parts one after another, each from where the last one ended, to a total. */

import { decimalSum, isSame, negated } from "./decimal-sum";

export interface WaterfallPart {
  readonly name: string;
  /** Decimal text, account's currency. */
  readonly amount: string;
}

export interface WaterfallBar extends WaterfallPart {
  /** Where the bar begins and ends, for drawing. */
  readonly from: number;
  readonly to: number;
  readonly kind: "part" | "rest" | "total";
}

/** What is called when the parts do not make the total. */
export const REST = "not explained";

/**
 * Return the bars of a waterfall. Sums are exact; where the parts do not make the total, the rest is
 * a bar of its own, so that the last bar before the total always ends at it.
 */
export function waterfall(
  parts: readonly WaterfallPart[],
  total: string,
  label: string,
): WaterfallBar[] {
  const sum = decimalSum(parts.map((part) => part.amount));
  const rest = decimalSum([total, negated(sum)]);
  const all: (WaterfallPart & { kind: "part" | "rest" })[] = parts.map((part) => ({
    ...part,
    kind: "part",
  }));
  if (!isSame(rest, "0")) all.push({ name: REST, amount: rest, kind: "rest" });
  const bars: WaterfallBar[] = [];
  let reached = "0";
  for (const part of all) {
    const next = decimalSum([reached, part.amount]);
    bars.push({ ...part, from: Number(reached), to: Number(next) });
    reached = next;
  }
  bars.push({ name: label, amount: total, kind: "total", from: 0, to: Number(total) });
  return bars;
}

/** Return parts with the smallest beyond `most` folded into one, in the order of their size. */
export function folded(parts: readonly WaterfallPart[], most: number): WaterfallPart[] {
  const bySize = [...parts].sort((a, b) => Math.abs(Number(b.amount)) - Math.abs(Number(a.amount)));
  if (bySize.length <= most) return bySize;
  const small = bySize.slice(most - 1);
  const name = `${String(small.length)} others`;
  return [
    ...bySize.slice(0, most - 1),
    { name, amount: decimalSum(small.map((one) => one.amount)) },
  ];
}
