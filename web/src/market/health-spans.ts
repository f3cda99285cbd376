/** When a feed's book could not be trusted, as spans on the time axis under the chart. */

export interface HealthSpan {
  readonly fromNs: number;
  /** Infinity while it lasts. */
  readonly untilNs: number;
  readonly kind: string;
}

/** Return spans cut to a window, those of one kind that touch or overlap joined, in time order. */
export function spansIn(
  spans: readonly HealthSpan[],
  fromNs: number,
  untilNs: number,
): HealthSpan[] {
  const inside = spans
    .filter((span) => span.untilNs > fromNs && span.fromNs < untilNs)
    .map((span) => ({
      kind: span.kind,
      fromNs: Math.max(span.fromNs, fromNs),
      untilNs: Math.min(span.untilNs, untilNs),
    }))
    .sort((a, b) => a.fromNs - b.fromNs);
  const joined: { kind: string; fromNs: number; untilNs: number }[] = [];
  const last = new Map<string, { untilNs: number }>();
  for (const span of inside) {
    const open = last.get(span.kind);
    if (open && span.fromNs <= open.untilNs) {
      open.untilNs = Math.max(open.untilNs, span.untilNs);
    } else {
      joined.push(span);
      last.set(span.kind, span);
    }
  }
  return joined;
}

/** Return the part of a window, 0 to 1, in which no span lies. */
export function healthyShare(
  spans: readonly HealthSpan[],
  fromNs: number,
  untilNs: number,
): number {
  if (untilNs <= fromNs) return 1;
  const faulty = spansIn(
    spans.map((span) => ({ ...span, kind: "" })),
    fromNs,
    untilNs,
  );
  const lost = faulty.reduce((sum, span) => sum + (span.untilNs - span.fromNs), 0);
  return 1 - lost / (untilNs - fromNs);
}

/** Return left edge and width of a span in hundredths of a window; at least a hair is seen. */
export function placeOf(
  span: HealthSpan,
  fromNs: number,
  untilNs: number,
): { readonly left: number; readonly width: number } {
  const whole = untilNs - fromNs;
  const left = (100 * (span.fromNs - fromNs)) / whole;
  const width = Math.max((100 * (span.untilNs - span.fromNs)) / whole, 0.25);
  return { left: Math.min(left, 100 - width), width };
}
