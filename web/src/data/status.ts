/** The state of the trader, as it says it itself, at most a second old. */

import { useEffect } from "react";
import { type Held, useHeld } from "./live";
import type { Status } from "./shapes";
import { follow } from "./stream";

/** Follow a channel while the component is on screen, without drawing what it holds. */
export function useFollowed(channel: string): void {
  useEffect(() => follow(channel), [channel]);
}

/** Follow a channel while the component is on screen, and return what it holds. */
export function useChannel<Body>(channel: string): Held<Body> | undefined {
  useFollowed(channel);
  return useHeld<Body>(channel);
}

/** Return the state of the trader; nothing before the first answer. */
export function useStatus(): Status | undefined {
  return useHeld<Status>("status")?.body;
}
