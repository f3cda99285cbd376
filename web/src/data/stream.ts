/**
 * The live stream: Socket.IO, a snapshot and then deltas for each channel, resumed where it broke.
 * While it is not there, the state is asked for each second instead, so that a page never stands
 * still because one way to it is closed.
 */

import type { Socket } from "socket.io-client";
import { eventOf, isNamed, rowId } from "./channels";
import { ask } from "./client";
import { forget, heldNow, hold, setConnection } from "./live";
import { type Json, type ListDelta, mergePatch, mergeRows } from "./merge";

const PATH = "/api/v1/socket.io";
const POLL_MS = 1000;
const RETRY_MS_MAX = 15_000;
/** After which a server that hung up, or refused, is tried again. */
const AGAIN_MS = 3000;

export interface Message {
  channel: string;
  sequence: number;
  kind: "snapshot" | "delta";
  at_ns: number;
  body: Json;
}

/**
 * What a message makes of a channel: whether it is old news, follows on what is held, or hangs in
 * the air because something before it was missed.
 */
export function standingOf(heldSequence: number | undefined, message: Message) {
  if (message.kind === "snapshot") return "follows";
  if (heldSequence === undefined || message.sequence > heldSequence + 1) return "hangs";
  return message.sequence <= heldSequence ? "old" : "follows";
}

/** Return the body of a channel after a message that follows on it. */
export function bodyAfter(before: Json | undefined, message: Message): Json {
  if (message.kind === "snapshot" || before === undefined) return message.body;
  if (!Array.isArray(before)) return mergePatch(before, message.body);
  const delta = message.body as unknown as ListDelta;
  return mergeRows(
    before as { [key: string]: Json }[],
    { rows: delta.rows ?? [], removed: delta.removed ?? [] },
    rowId,
  );
}

let socket: Socket | null = null;
let polling: ReturnType<typeof setTimeout> | null = null;
let failures = 0;
const wanted = new Map<string, number>();
/** Channels of which the server has said all that there was to say. */
const current = new Set<string>();

/** Return whether what is held of a channel is all that there is to know. */
export function isCurrent(channel: string): boolean {
  return current.has(channel);
}

function take(message: Message): void {
  // What was under way when a page was left.
  if (!wanted.has(message.channel)) return;
  const before = heldNow<Json>(message.channel);
  const standing = standingOf(before?.sequence, message);
  if (standing === "hangs") subscribe([message.channel], false);
  if (standing !== "follows") return;
  hold(message.channel, {
    body: bodyAfter(before?.body, message),
    sequence: message.sequence,
    atNs: message.at_ns,
    receivedMs: Date.now(),
  });
}

function subscribe(channels: string[], resumes = true): void {
  if (!socket?.connected || channels.length === 0) return;
  const since: Record<string, number> = {};
  for (const channel of channels) {
    const sequence = heldNow(channel)?.sequence ?? 0;
    if (resumes && sequence > 0) since[channel] = sequence;
  }
  const asked = socket;
  // It is answered after what was missed was told.
  asked.emit("subscribe", { channels, since }, (answer: { error?: string }) => {
    if (asked !== socket) return;
    if (answer.error !== undefined) {
      // One that the server does not know takes the others with it.
      if (channels.length > 1) channels.forEach((channel) => subscribe([channel], resumes));
      return;
    }
    channels.filter((channel) => wanted.has(channel)).forEach((channel) => current.add(channel));
  });
}

/** Follow a channel until the returned function is called. */
export function follow(channel: string): () => void {
  const count = wanted.get(channel) ?? 0;
  wanted.set(channel, count + 1);
  if (count === 0) {
    listenFor(channel);
    subscribe([channel]);
  }
  return () => {
    const left = (wanted.get(channel) ?? 1) - 1;
    if (left > 0) {
      wanted.set(channel, left);
      return;
    }
    wanted.delete(channel);
    current.delete(channel);
    if (isNamed(channel)) forget(channel);
    if (socket?.connected) socket.emit("unsubscribe", { channels: [channel] });
  };
}

function listenFor(channel: string): void {
  const event = eventOf(channel);
  if (socket !== null && !socket.hasListeners(event)) socket.on(event, take);
}

async function poll(): Promise<void> {
  if (polling === null) return;
  let wait = POLL_MS;
  try {
    const body = (await ask("get", "/api/v1/status")) as Json;
    // Meanwhile the stream may have come.
    if (polling === null) return;
    failures = 0;
    hold("status", { body, sequence: 0, atNs: Date.now() * 1e6, receivedMs: Date.now() });
    setConnection("polling");
  } catch {
    if (polling === null) return;
    failures += 1;
    wait = Math.min(POLL_MS * 2 ** Math.min(failures - 1, 4), RETRY_MS_MAX);
    setConnection("lost", Date.now() + wait);
  }
  if (polling !== null) polling = setTimeout(poll, wait);
}

function startPolling(): void {
  if (polling === null) polling = setTimeout(poll, 0);
}

function stopPolling(): void {
  if (polling !== null) clearTimeout(polling);
  polling = null;
}

/** Ask at once instead of at the next attempt's time. */
export function retryNow(): void {
  if (socket !== null && !socket.connected) socket.connect();
  if (polling !== null) {
    clearTimeout(polling);
    polling = setTimeout(poll, 0);
  }
}

/** Open the stream; call the returned function to end it. */
export function openStream(): () => void {
  let isOver = false;
  startPolling();
  // The library comes in a file of its own, so that the first page is drawn without it.
  void import("socket.io-client").then(({ io }) => {
    if (isOver) return;
    const made = io({ path: PATH, reconnectionDelayMax: RETRY_MS_MAX, withCredentials: true });
    socket = made;
    for (const channel of wanted.keys()) listenFor(channel);
    made.on("connect", () => {
      stopPolling();
      failures = 0;
      setConnection("live");
      subscribe([...wanted.keys()]);
    });
    const onLoss = () => {
      current.clear();
      startPolling();
      // Whom the server sent away does not come back without being told to.
      if (!made.active && !isOver) setTimeout(() => !isOver && made.connect(), AGAIN_MS);
    };
    made.on("disconnect", onLoss);
    made.on("connect_error", onLoss);
  });
  return () => {
    isOver = true;
    stopPolling();
    current.clear();
    socket?.disconnect();
    socket = null;
  };
}
