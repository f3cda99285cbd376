/** Places on an axis, and round numbers to write beside it. */

/** Return a function from values to pixels; a span of nothing is put in the middle. */
export function linear(
  low: number,
  high: number,
  from: number,
  to: number,
): (value: number) => number {
  if (high === low) return () => (from + to) / 2;
  return (value) => from + ((value - low) / (high - low)) * (to - from);
}

/** Return multiples of 1, 2 or 5 times a power of ten within the bounds, about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  if (!(high > low) || count < 1) return [];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from(
    { length: Math.max(0, last - first + 1) },
    (_, place) => (first + place) * step,
  );
}

/** Return the digits after the point that tell neighbors of such ticks apart. */
export function tickDigits(values: readonly number[]): number {
  const [first, second] = values;
  if (first === undefined || second === undefined) return 2;
  return Math.min(8, Math.max(0, -Math.floor(Math.log10(second - first) + 1e-9)));
}
