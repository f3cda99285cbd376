/** Answers that take a while: the server says how far they are, and they come by themselves. */

import { useQuery } from "@tanstack/react-query";
import type { Schema } from "./schemas";

export type BeingMade = Schema<"BeingMade">;
export type Whole<Answer> = Exclude<Answer, BeingMade>;

/** Whether an answer only tells how far it is. */
export function isBeingMade(answer: unknown): answer is BeingMade {
  return typeof answer === "object" && answer !== null && "being_made" in answer;
}

/** Return when to ask again: as the server says while it is being made, `everyMs` afterwards. */
export function againMs(answer: unknown, everyMs: number | false): number | false {
  return isBeingMade(answer) ? answer.retry_after_s * 1_000 : everyMs;
}

/** Ask for what takes a while; until it is there, `making` tells how far it is. */
export function useLongAnswer<Answer>(
  key: readonly string[],
  ask: () => Promise<Answer>,
  everyMs: number | false,
) {
  const query = useQuery({
    queryKey: key,
    queryFn: ask,
    refetchInterval: ({ state }) => againMs(state.data, everyMs),
  });
  const making = isBeingMade(query.data) ? query.data : undefined;
  return {
    making,
    data: making === undefined ? (query.data as Whole<Answer> | undefined) : undefined,
    error: query.error,
    isPending: query.isPending || making !== undefined,
    dataUpdatedAt: query.dataUpdatedAt,
    refetch: query.refetch,
  };
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Ask again and again until an answer is there that `isWanted`. */
export async function untilMade<Answer>(
  first: Answer,
  ask: () => Promise<Answer>,
  isWanted: (answer: Whole<Answer>, begunNs: number) => boolean,
): Promise<Whole<Answer>> {
  if (!isBeingMade(first)) return first as Whole<Answer>;
  let waits: BeingMade = first;
  for (;;) {
    await pause(waits.retry_after_s * 1_000);
    const answer = await ask();
    if (isBeingMade(answer)) waits = answer;
    else if (isWanted(answer as Whole<Answer>, first.begun_ns)) return answer as Whole<Answer>;
  }
}
