/** Whether what a chart was told is what it is told now: what is the same is not drawn again. */

type Flat = object | undefined;

/** Return whether two flat objects hold the same values under the same names. */
export function isSame(one: Flat, other: Flat): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  const [names, others] = [Object.keys(one), Object.keys(other)];
  return (
    names.length === others.length &&
    names.every((name) => one[name as keyof typeof one] === other[name as keyof typeof other])
  );
}

const NONE: readonly object[] = [];

/** Return whether two lists hold the same flat objects in the same order. */
export function areSame(one: readonly object[] = NONE, other: readonly object[] = NONE): boolean {
  if (one === other) return true;
  return one.length === other.length && one.every((each, place) => isSame(each, other[place]));
}
