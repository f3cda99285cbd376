/**
 * Dangerous requests that were kept for a second person (202): not done yet, and said so wherever
 * they were asked from, until somebody decides.
 */

import { create } from "zustand";
import type { Schema } from "./schemas";

export type Approval = Schema<"ApprovalShape">;

interface Waiting {
  /** Requests of this page that were kept, the newest last. */
  kept: readonly Approval[];
  note: (approval: Approval) => void;
  drop: (id: string) => void;
}

export const useWaiting = create<Waiting>()((set) => ({
  kept: [],
  note: (approval) =>
    set(({ kept }) => ({ kept: [...kept.filter((each) => each.id !== approval.id), approval] })),
  drop: (id) => set(({ kept }) => ({ kept: kept.filter((each) => each.id !== id) })),
}));

/** Tell whether an answer says that the request waits for a second person. */
export function isApproval(answer: unknown): answer is Approval {
  return (
    typeof answer === "object" &&
    answer !== null &&
    "asked_by" in answer &&
    "until_ns" in answer &&
    "state" in answer
  );
}
