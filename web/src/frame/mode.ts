/** What the mode badge says, and whether the trader is held back. */

import type { Status } from "@/data/shapes";

export interface ModeNow {
  word: "PAPER" | "LIVE";
  note: string;
  isLive: boolean;
  /** Why nothing new is opened; empty while it trades. */
  halted: string;
  /** Whether somebody must re-arm it. */
  needsRearm: boolean;
}

const NOTES: Record<Status["mode"], string> = {
  demo: "local exchange that replays recorded data",
  paper: "real market data, a simulated venue: no order leaves",
  shadow: "paper beside the live data of another venue",
  live: "real money",
};

const REARMABLE: ReadonlySet<string> = new Set(["paused", "killed", "stopped by its gateway"]);
const QUIET: ReadonlySet<string> = new Set(["trading", "starting", "warming", "reconciling"]);

export function modeOf(status: Pick<Status, "mode" | "phase">): ModeNow {
  const isLive = status.mode === "live";
  return {
    word: isLive ? "LIVE" : "PAPER",
    note: NOTES[status.mode],
    isLive,
    halted: QUIET.has(status.phase) ? "" : status.phase,
    needsRearm: REARMABLE.has(status.phase),
  };
}
