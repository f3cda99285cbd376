/** How fast things happen, from counts that are told again and again. */

export interface Counted {
  /** Milliseconds of this machine. */
  atMs: number;
  counts: Readonly<Record<string, number>>;
}

/** Return the samples with a new one, the oldest beyond `keptMs` gone. */
export function withSample(
  samples: readonly Counted[],
  sample: Counted,
  keptMs: number,
): readonly Counted[] {
  const last = samples[samples.length - 1];
  if (last !== undefined && sample.atMs <= last.atMs) return samples;
  // A count that fell belongs to another run: what was before says nothing of it.
  const isOther =
    last !== undefined &&
    Object.entries(sample.counts).some(([name, count]) => count < (last.counts[name] ?? 0));
  const kept = isOther ? [] : samples.filter((each) => each.atMs > sample.atMs - keptMs);
  return [...kept, sample];
}

/** Return how many a second of `name` there were over all samples; null before there are two. */
export function rateOf(samples: readonly Counted[], name: string): number | null {
  const first = samples[0];
  const last = samples[samples.length - 1];
  if (first === undefined || last === undefined || last.atMs === first.atMs) return null;
  const from = first.counts[name];
  const to = last.counts[name];
  if (from === undefined || to === undefined) return null;
  return ((to - from) * 1000) / (last.atMs - first.atMs);
}
