/** The four lights of the top bar, out of the health of all parts. */

import type { Health } from "@/data/shapes";
import type { LightState } from "@/ui/badge";

export const LIGHTS = ["feed", "kernel", "gateway", "store"] as const;
export type LightName = (typeof LIGHTS)[number];

export interface LightNow {
  name: LightName;
  state: LightState;
  /** What is wrong, in words; what the parts are when nothing is. */
  words: string;
  /** Since when it is so, ns UTC of the machine; 0 where no part says. */
  sinceNs: number;
  parts: Health[];
}

const BEGINNINGS: Record<LightName, readonly string[]> = {
  feed: ["market", "connection", "feed", "stream", "recorder"],
  gateway: ["gateway", "venue", "orders", "account"],
  store: ["journal", "tables", "audit", "upkeep", "status", "disk", "lake", "backup", "nav", "bus"],
  kernel: [],
};

/** Return the light that a part belongs to; what is none of the others is the kernel's. */
export function lightOf(part: string): LightName {
  const name = part.toLowerCase();
  const found = LIGHTS.find((light) =>
    BEGINNINGS[light].some((beginning) => name.startsWith(beginning)),
  );
  return found ?? "kernel";
}

/** Return the four lights; all of them are unknown while nothing is heard. */
export function lightsOf(health: readonly Health[] | undefined): LightNow[] {
  return LIGHTS.map((name) => {
    const parts = (health ?? []).filter((each) => lightOf(each.part) === name);
    const bad = parts.filter((each) => !each.is_good);
    const told = bad.length ? bad : parts;
    const state = parts.length === 0 ? "unknown" : bad.length ? "bad" : "good";
    return {
      name,
      state,
      words: bad.length
        ? bad.map((each) => `${each.part}: ${each.detail}`).join("; ")
        : parts.length
          ? `good: ${parts.map((each) => each.part).join(", ")}`
          : "not heard from",
      sinceNs: told.reduce((latest, each) => Math.max(latest, each.since_ns), 0),
      parts,
    };
  });
}
