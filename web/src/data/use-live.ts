"use client";

/**
 * What a page shows, from the live stream; while that is not there it is asked for again and again.
 *
 *     const limits = useLive({
 *       channel: "limit_update",
 *       source: "journal",
 *       queryKey: ["risk", "limits"],
 *       ask: () => get("/api/v1/risk/limits").then((answer) => answer.items),
 *       everyMs: 2_000,
 *     });
 */

import { type QueryKey, useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import {
  askedTold,
  type Freshness,
  type Source,
  staleAge,
  streamedTold,
  STREAM_STALE_S,
  type Tell,
  type Told,
} from "./freshness";
import { heldNow, useConnection } from "./live";
import { useChannel } from "./status";
import { isCurrent } from "./stream";
import { onSecond } from "./ticker";

interface LiveTerms<Body> {
  /** Channel of the stream. */
  channel: string;
  source: Source;
  queryKey: QueryKey;
  ask: (signal: AbortSignal) => Promise<Body>;
  /** How often it is asked for while the stream does not say it. */
  everyMs: number;
}

export interface Live<Body> {
  data: Body | undefined;
  error: unknown;
  errorUpdatedAt: number;
  isPending: boolean;
  refetch: () => unknown;
  tell: Tell;
}

/** Return how fresh a channel is that is followed; undefined while it holds nothing. */
export function streamedNow(channel: string, source: Source): Told | undefined {
  const receivedMs = heldNow(channel)?.receivedMs;
  if (receivedMs === undefined) return undefined;
  const freshness = heldNow<Freshness>("freshness");
  return streamedTold({ channel, source, receivedMs, isCurrent: isCurrent(channel), freshness });
}

/** How fresh the state of the trader is, which says its age itself. */
export const statusTell: Tell = () => {
  const held = heldNow<{ age_s: number }>("status");
  if (held === undefined) return undefined;
  return { receivedMs: held.receivedMs, ageS: held.body.age_s, staleAfterS: STREAM_STALE_S };
};

/** Return what is so now, and how fresh that is, by the stream or by asking. */
export function useLive<Body>(terms: LiveTerms<Body>): Live<Body> {
  const { channel, source, queryKey, ask, everyMs } = terms;
  const held = useChannel<Body>(channel);
  const isStreamed = useConnection().connection === "live" && held !== undefined;
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => ask(signal),
    enabled: !isStreamed,
    refetchInterval: everyMs,
  });
  const askedMs = query.dataUpdatedAt;
  const isHeldNewer = held !== undefined && (isStreamed || held.receivedMs >= askedMs);
  return {
    data: isHeldNewer ? held.body : query.data,
    error: query.error,
    errorUpdatedAt: query.errorUpdatedAt,
    isPending: query.isPending,
    refetch: query.refetch,
    tell: () => (isHeldNewer ? streamedNow(channel, source) : askedTold(askedMs, everyMs)),
  };
}

const NONE: readonly Tell[] = [];

/** Return how old something is that is stale, in whole seconds; null while all of it is fresh. */
export function useStaleAge(tells: Tell | readonly Tell[] = NONE): number | null {
  const isConnected = useConnection().connection !== "lost";
  return useSyncExternalStore(
    onSecond,
    () => {
      const all = typeof tells === "function" ? [tells] : tells;
      const told = all.map((tell) => tell()).filter((each) => each !== undefined);
      const age = staleAge(told, Date.now(), isConnected);
      return age === null ? null : Math.floor(age);
    },
    () => null,
  );
}
