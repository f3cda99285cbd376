/** Stages of an order's latency laid out on one line of time. */

export interface Stage {
  stage: string;
  begin_us: number;
  length_us: number;
}

export interface Laid extends Stage {
  /** Parts of the whole width, 0 to 1. */
  left: number;
  width: number;
}

const THINNEST = 0.004;

/** Return stages with their places; the line is as long as `until` stages of it, or all of them. */
export function laidOut(stages: readonly Stage[], isLeftOut: (stage: string) => boolean): Laid[] {
  const kept = stages.filter((stage) => !isLeftOut(stage.stage));
  const first = Math.min(...kept.map((stage) => stage.begin_us));
  const last = Math.max(...kept.map((stage) => stage.begin_us + stage.length_us));
  const whole = last - first || 1;
  return kept.map((stage) => ({
    ...stage,
    left: Math.min((stage.begin_us - first) / whole, 1 - THINNEST),
    width: Math.max(stage.length_us / whole, THINNEST),
  }));
}
