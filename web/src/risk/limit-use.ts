/** What a change of a limit would do. */

export type LimitChange =
  "none" | "tightens" | "loosens" | "switches off" | "switches on" | "wrong";

/**
 * Return what a new value does to a limit. `isLargerLooser` is false of a floor, such as the distance
 * that must be left. Texts are decimals as a person types them, before is empty of a limit that is
 * off; anything else is wrong.
 */
export function limitChange(before: string, after: string, isLargerLooser = true): LimitChange {
  if (!/^\d+(\.\d+)?$/.test(after.trim())) return "wrong";
  const [old, fresh] = [Number(before), Number(after)];
  if (old === fresh) return "none";
  if (fresh === 0) return "switches off";
  if (old === 0) return "switches on";
  return fresh > old === isLargerLooser ? "loosens" : "tightens";
}

/** Tell whether a change lets more risk in, which a fresh code must confirm. */
export function needsCode(change: LimitChange): boolean {
  return change === "loosens" || change === "switches off";
}
