/** Bars that were asked for, carried on by the newest of them as the stream tells them. */

import type { Schema } from "@/data/schemas";

/** The newest bars with their indicators, as the stream has them. */
export type NewestBars = Pick<Schema<"Bars">, "bars" | "indicators">;

/**
 * Return the bars of an answer with the newest put in their places or after them, as many as there
 * were at most; the answer itself where nothing newer follows on it. Where bars lie between that
 * neither has, what is missing must be asked for: see `isBehind`.
 */
export function withNewest(
  answer: Schema<"Bars">,
  newest: NewestBars | undefined,
  most: number,
): Schema<"Bars"> {
  const first = newest?.bars[0]?.open_ns;
  if (newest === undefined || first === undefined || isBehind(answer, newest)) return answer;
  const kept = answer.bars.findIndex((bar) => bar.open_ns >= first);
  const end = kept < 0 ? answer.bars.length : kept;
  const bars = [...answer.bars.slice(0, end), ...newest.bars];
  const values = new Map(newest.indicators.map((each) => [each.name, each.values]));
  const indicators = answer.indicators.map((each) => ({
    ...each,
    values: [
      ...each.values.slice(0, end),
      ...(values.get(each.name) ?? newest.bars.map(() => null)),
    ].slice(-most),
  }));
  return { ...answer, bars: bars.slice(-most), indicators };
}

/** Return whether bars may be missing between an answer and the newest. */
export function isBehind(answer: Schema<"Bars">, newest: NewestBars | undefined): boolean {
  const [last, first] = [answer.bars.at(-1)?.open_ns, newest?.bars[0]?.open_ns];
  return last !== undefined && first !== undefined && first > last;
}
