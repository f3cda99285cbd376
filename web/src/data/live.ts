/**
 * What is known now, by channel of the live stream, kept outside React so that fifty messages a
 * second draw only what changed.
 */

import { useSyncExternalStore } from "react";
import { isNamed } from "./channels";
import { conflated, laterBy, nextFrame } from "./conflate";

/** A body of a channel, and when it was so. */
export interface Held<Body = unknown> {
  body: Body;
  sequence: number;
  /** When the server said it, ns UTC of its machine. */
  atNs: number;
  /** When it arrived here, ms of this machine. */
  receivedMs: number;
}

export type Connection = "connecting" | "live" | "polling" | "lost";

export interface ConnectionState {
  connection: Connection;
  /** Since when, ms of this machine. */
  sinceMs: number;
  /** When the next attempt is due; 0 for none. */
  retryMs: number;
}

const held = new Map<string, Held>();
const listeners = new Map<string, Set<() => void>>();
const CONNECTION = "#connection";
let connection: ConnectionState = { connection: "connecting", sinceMs: Date.now(), retryMs: 0 };

function listen(key: string, listener: () => void): () => void {
  const each = listeners.get(key) ?? new Set();
  listeners.set(key, each);
  each.add(listener);
  return () => each.delete(listener);
}

function tell(key: string): void {
  listeners.get(key)?.forEach((listener) => listener());
}

type Say = (channel: string) => void;

const tellAll = (channels: ReadonlySet<string>) => channels.forEach(tell);
const tellSoon = conflated(tellAll, nextFrame);

/**
 * A book, a tape, a forming bar and the lists of markets and orders are drawn ten times a second,
 * which is as fast as anybody reads them, each by its own clock: their work is not all in one frame.
 */
const DENSE: ReadonlySet<string> = new Set(["market_update", "order_update"]);
const DENSE_MS = 100;
const tellDense = new Map<string, Say>();

function saidOf(channel: string): Say {
  // What is seen for the first time does not wait.
  if (!(isNamed(channel) || DENSE.has(channel)) || !held.has(channel)) return tellSoon;
  const say = tellDense.get(channel) ?? conflated(tellAll, laterBy(DENSE_MS));
  tellDense.set(channel, say);
  return say;
}

/** Keep what a channel holds now, and draw whoever shows it soon. */
export function hold(channel: string, value: Held): void {
  const say = saidOf(channel);
  held.set(channel, value);
  say(channel);
}

/** Forget what a channel held: nobody looks at it. */
export function forget(channel: string): void {
  held.delete(channel);
  tellDense.delete(channel);
}

/** Return what a channel holds, without following it. */
export function heldNow<Body>(channel: string): Held<Body> | undefined {
  return held.get(channel) as Held<Body> | undefined;
}

/** Forget everything: the person logged out. */
export function forgetAll(): void {
  const channels = [...held.keys()];
  held.clear();
  channels.forEach(tell);
}

/** Say how the stream is. */
export function setConnection(next: Connection, retryMs = 0): void {
  const sinceMs = connection.connection === next ? connection.sinceMs : Date.now();
  connection = { connection: next, sinceMs, retryMs };
  tell(CONNECTION);
}

/** Return what a channel holds, and draw again when it changes. */
export function useHeld<Body>(channel: string): Held<Body> | undefined {
  return useSyncExternalStore(
    (listener) => listen(channel, listener),
    () => held.get(channel) as Held<Body> | undefined,
    () => undefined,
  );
}

const BEGINNING = connection;

/** Return how the stream is, and draw again when it changes. */
export function useConnection(): ConnectionState {
  return useSyncExternalStore(
    (listener) => listen(CONNECTION, listener),
    () => connection,
    () => BEGINNING,
  );
}
