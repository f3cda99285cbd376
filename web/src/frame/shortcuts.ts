/** Keys of the keyboard: `g o` and the like, `/`, `?`, `x`, Ctrl-K. */

import { PLACES } from "./navigation";

export type KeyAction =
  | { kind: "go"; href: string }
  | { kind: "palette" }
  | { kind: "search" }
  | { kind: "help" }
  | { kind: "stop" };

export interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

const CHORD_MS = 1200;
const SINGLE: Record<string, KeyAction> = {
  "/": { kind: "search" },
  "?": { kind: "help" },
  x: { kind: "stop" },
};

/** Return a function that turns keys as they come into what they ask for. */
export function keyReader(): (
  pressed: Pressed,
  isTyping: boolean,
  nowMs: number,
) => KeyAction | null {
  let chordMs = -Infinity;
  return (pressed, isTyping, nowMs) => {
    const isCommand = pressed.ctrlKey || pressed.metaKey;
    if (isCommand && pressed.key.toLowerCase() === "k") return { kind: "palette" };
    if (isTyping || isCommand || pressed.altKey) return null;
    const isChord = nowMs - chordMs < CHORD_MS;
    chordMs = pressed.key === "g" && !isChord ? nowMs : -Infinity;
    if (isChord) {
      const place = PLACES.find((each) => each.key === pressed.key);
      return place ? { kind: "go", href: place.href } : null;
    }
    return SINGLE[pressed.key] ?? null;
  };
}

/** Whether keys go to a field and are no shortcuts. */
export function isTyping(target: EventTarget | null): boolean {
  const node = target as HTMLElement | null;
  if (node === null || typeof node.closest !== "function") return false;
  return node.isContentEditable || node.closest("input, textarea, select") !== null;
}
