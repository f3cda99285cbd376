/** How fast a job goes, from what was seen of it, and when it will be done. */

export interface ProgressSeen {
  readonly atMs: number;
  readonly done: number;
}

const KEPT_MS = 60_000;

/** Return what was seen with one more look; looks older than a minute leave, and a restart clears. */
export function seen(looks: readonly ProgressSeen[], look: ProgressSeen): ProgressSeen[] {
  const last = looks.at(-1);
  if (last && look.done < last.done) return [look];
  if (last && look.atMs <= last.atMs) return [...looks];
  return [...looks.filter((one) => look.atMs - one.atMs <= KEPT_MS), look];
}

/** Return units a second over what was seen; null before two looks. */
export function rateOf(looks: readonly ProgressSeen[]): number | null {
  const [first, last] = [looks[0], looks.at(-1)];
  if (!first || !last || last.atMs <= first.atMs) return null;
  return ((last.done - first.done) * 1_000) / (last.atMs - first.atMs);
}

/** Return seconds until the job is done at its rate; null where that cannot be said. */
export function leftSeconds(
  done: number,
  total: number | null,
  rate: number | null,
): number | null {
  if (total === null || rate === null || rate <= 0 || done > total) return null;
  return (total - done) / rate;
}
