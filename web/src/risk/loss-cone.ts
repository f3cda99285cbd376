/** How far an account may fall over the time to come, out of what was measured for some horizons. */

/** A loss that is exceeded with chance 1 - `level`, `horizonS` seconds ahead; losses positive. */
export interface RiskNumber {
  readonly horizonS: number;
  readonly level: number;
  readonly var: number;
  readonly es: number;
}

export interface ConePoint {
  readonly aheadS: number;
  readonly var: number;
  readonly es: number;
}

const UNITS_S: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Return the seconds of a horizon such as `1h` or `10d`; 0 for what is none. */
export function horizonSeconds(text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  return Number(count ?? 0) * (UNITS_S[unit ?? ""] ?? 0);
}

/**
 * Return the edges of a cone from now to `untilS` ahead at one level. Between measured horizons, and
 * beyond them, losses grow by the square root of time from the nearest measured one: the usual rule,
 * exact where returns do not depend on each other.
 */
export function lossCone(
  numbers: readonly RiskNumber[],
  level: number,
  untilS: number,
  steps: number,
): ConePoint[] {
  const known = numbers
    .filter((one) => one.level === level && one.horizonS > 0)
    .sort((a, b) => a.horizonS - b.horizonS);
  if (known.length === 0) return [];
  const far = (one: RiskNumber, aheadS: number) => Math.abs(Math.log((aheadS || 1) / one.horizonS));
  return Array.from({ length: steps + 1 }, (_, step) => {
    const aheadS = (untilS * step) / steps;
    const nearest = known.reduce((a, b) => (far(b, aheadS) < far(a, aheadS) ? b : a));
    const factor = Math.sqrt(aheadS / nearest.horizonS);
    return { aheadS, var: nearest.var * factor, es: nearest.es * factor };
  });
}
