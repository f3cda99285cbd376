"use client";

/** The look that is kept with the account: taken over at the login, sent back when it changes. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { get, put } from "@/data/client";
import { linesOf } from "@/data/problem";
import type { Schema } from "@/data/schemas";
import { AT_FIRST, type Choices, choicesOf, useLook } from "@/state/look";

type Kept = Schema<"KeptPreferencesShape">;

export const PREFERENCES_KEY = ["preferences"] as const;
/** What went wrong when the look was sent last; empty where it is kept. */
export const UNSAVED_KEY = ["preferences", "unsaved"] as const;
const WAIT_MS = 400;

/** Return the choices of an answer. */
export function choicesKept(kept: Kept): Choices {
  const { theme, colors, clock, density } = kept;
  return { ...AT_FIRST, theme, colors, clock, density, isRailFolded: kept.is_rail_folded };
}

/** Tell whether two looks are the same. */
export function isSame(one: Choices, other: Choices): boolean {
  return (Object.keys(AT_FIRST) as (keyof Choices)[]).every((key) => one[key] === other[key]);
}

/**
 * Return what is to be done with the look that the account has: nothing where it is the same, taken
 * over where somebody chose it, sent where nobody did and this browser has one.
 */
export function wayOf(kept: Kept, here: Choices): "same" | "take" | "send" {
  if (isSame(choicesKept(kept), here)) return "same";
  return kept.changed_ns === null ? "send" : "take";
}

/** Keep the look of this page and that of the account together, while somebody is in. */
export function useKeptLook(): void {
  const queries = useQueryClient();
  const kept = useQuery({
    queryKey: PREFERENCES_KEY,
    queryFn: ({ signal }) => get("/api/v1/auth/preferences", { signal }),
    staleTime: 30_000,
  }).data;
  useEffect(() => {
    if (kept === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const send = (look: Choices) => {
      const { isRailFolded: is_rail_folded, ...others } = choicesOf(look);
      put("/api/v1/auth/preferences", { body: { ...others, is_rail_folded } }).then(
        (answer) => {
          queries.setQueryData(PREFERENCES_KEY, answer);
          queries.setQueryData(UNSAVED_KEY, "");
        },
        (fault: unknown) => queries.setQueryData(UNSAVED_KEY, linesOf(fault)),
      );
    };
    const way = wayOf(kept, useLook.getState());
    if (way === "take") useLook.getState().choose(choicesKept(kept));
    if (way === "send") send(useLook.getState());
    const end = useLook.subscribe((look) => {
      clearTimeout(timer);
      // Several choices in a row are sent together.
      if (!isSame(choicesKept(kept), look)) timer = setTimeout(() => send(look), WAIT_MS);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [kept, queries]);
}
