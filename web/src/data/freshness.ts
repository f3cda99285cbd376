/** How old what is shown is, and from when on that is too old: one rule for every page. */

/** When something was told, and how old it was by then. */
export interface Told {
  /** When it arrived, ms of this machine. */
  receivedMs: number;
  /** How old its source said that it was, seconds. */
  ageS: number;
  /** From which age on it is shown as stale, seconds. */
  staleAfterS: number;
}

/** Says how fresh something is whenever it is looked at; undefined while there is nothing. */
export type Tell = () => Told | undefined;

/** What the stream says each half second. */
export const STREAM_STALE_S = 5;
/** A market in which nothing happens for so long is worth a look. */
export const MARKET_STALE_S = 30;
const ASKED_STALE_S = 10;
/** A question that is asked again and again may fail to be answered twice. */
const ASKED_TIMES = 3;

/** The body of the channel `freshness`. */
export interface Freshness {
  at_ns: number;
  /** Of what the trader says itself; none where nothing is known of it. */
  trader_age_s?: number;
  /** Of what follows from its journal; none while nobody looks at that. */
  journal_lag_s?: number;
  /** Channels that could not be read the last time. */
  unread: readonly string[];
}

export type Source = "trader" | "journal";

/** Return the age of something now, seconds. */
export function ageOf(told: Told, nowMs: number): number {
  return told.ageS + Math.max(0, nowMs - told.receivedMs) / 1000;
}

/**
 * Return how old the oldest of what is stale is, in seconds; null while all of it is fresh. When
 * the connection is lost nothing is fresh.
 */
export function staleAge(
  tolds: readonly Told[],
  nowMs: number,
  isConnected: boolean,
): number | null {
  const ages = tolds
    .map((told) => [ageOf(told, nowMs), told.staleAfterS] as const)
    .filter(([age, after]) => !isConnected || age > after)
    .map(([age]) => age);
  return ages.length === 0 ? null : Math.max(...ages);
}

interface StreamedTerms {
  channel: string;
  source: Source;
  /** When the channel itself said something last, ms of this machine. */
  receivedMs: number;
  /** Whether the server said that this is all there is to be told of it. */
  isCurrent: boolean;
  freshness: { body: Freshness; receivedMs: number } | undefined;
}

/**
 * Return how fresh a channel of the stream is. One that says nothing because nothing changed is as
 * fresh as the stream itself, unless the server could not read it.
 */
export function streamedTold(terms: StreamedTerms): Told {
  const { channel, source, receivedMs, isCurrent, freshness } = terms;
  const body = freshness?.body;
  const isConfirmed = isCurrent && body !== undefined && !body.unread.includes(channel);
  // A journal is no fresher than the trader that writes it: one that is frozen writes nothing.
  const traderAgeS = body?.trader_age_s ?? 0;
  const sourceAgeS =
    source === "trader" ? traderAgeS : Math.max(traderAgeS, body?.journal_lag_s ?? 0);
  return {
    receivedMs: isConfirmed ? Math.max(receivedMs, freshness?.receivedMs ?? 0) : receivedMs,
    ageS: sourceAgeS,
    staleAfterS: STREAM_STALE_S,
  };
}

/** Of what is asked for once and then stands as it is: it is stale only while nothing is heard. */
export const ONCE_MS = Number.POSITIVE_INFINITY;

/** Return how fresh the answer to a question is that is asked every `everyMs`. */
export function askedTold(receivedMs: number, everyMs: number, ageS = 0): Told | undefined {
  if (receivedMs === 0) return undefined;
  const staleAfterS = Math.max(ASKED_STALE_S, (ASKED_TIMES * everyMs) / 1000);
  return { receivedMs, ageS, staleAfterS };
}
