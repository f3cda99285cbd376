import type { ReactNode } from "react";

export type Tone = "neutral" | "accent" | "good" | "warn" | "bad";

const TONES: Record<Tone, string> = {
  neutral: "border-line-strong text-quiet",
  accent: "border-accent text-accent",
  good: "border-good text-good",
  warn: "border-warn bg-warn-soft text-warn",
  bad: "border-bad bg-bad-soft text-bad",
};

/** A word that says a state; its color only repeats what the word says. */
export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex h-5 items-center rounded-sm border px-1.5 text-xs font-medium whitespace-nowrap ${TONES[tone]}`}
    >
      {children}
    </span>
  );
}

const LIGHTS: Record<"good" | "warn" | "bad" | "unknown", string> = {
  good: "bg-good",
  warn: "bg-warn",
  bad: "bg-bad",
  unknown: "bg-line-strong",
};

export type LightState = keyof typeof LIGHTS;

/** A light: filled and round when good, a square when not, so that shape tells it as well. */
export function Light({ state }: { state: LightState }) {
  const shape = state === "good" ? "rounded-full" : "";
  return <span aria-hidden="true" className={`inline-block size-2 ${shape} ${LIGHTS[state]}`} />;
}
