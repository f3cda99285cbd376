/** The difference between a run and its back-test, by cause, as a waterfall between the two. */

import { decimalSum } from "@/performance/decimal-sum";
import type { WaterfallBar } from "@/performance/waterfall";

export const CAUSES = ["signal", "latency", "fill", "fee", "funding", "data"] as const;

/** What each cause means, in words. */
export const CAUSE_WORDS: Record<string, string> = {
  signal: "decided otherwise, or other sizes",
  latency: "orders took longer or shorter to arrive",
  fill: "filled at other prices, or not at all",
  fee: "other fees",
  funding: "other funding",
  data: "saw other market data",
  unexplained: "left after all causes",
};

export interface DifferenceTerms {
  readonly runProfit: string;
  readonly backTestProfit: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly unexplained: string;
}

/**
 * Return bars from the back-test's profit through each cause to the run's. Bars of causes are drawn
 * on a scale of their own, from zero, since a difference is mostly far smaller than the profit.
 */
export function differenceBars(terms: DifferenceTerms): WaterfallBar[] {
  const known = CAUSES.filter((cause) => terms.parts[cause] !== undefined);
  const others = Object.keys(terms.parts).filter(
    (name) => !(CAUSES as readonly string[]).includes(name),
  );
  const bars: WaterfallBar[] = [];
  let reached = "0";
  for (const name of [...known, ...others]) {
    const amount = terms.parts[name] ?? "0";
    const next = decimalSum([reached, amount]);
    bars.push({ name, amount, from: Number(reached), to: Number(next), kind: "part" });
    reached = next;
  }
  if (/[1-9]/.test(terms.unexplained)) {
    const next = decimalSum([reached, terms.unexplained]);
    bars.push({
      name: "unexplained",
      amount: terms.unexplained,
      from: Number(reached),
      to: Number(next),
      kind: "rest",
    });
    reached = next;
  }
  bars.push({ name: "difference", amount: reached, from: 0, to: Number(reached), kind: "total" });
  return bars;
}
