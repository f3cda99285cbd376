/**
 * One way to ask the server, typed by its own OpenAPI document.
 *
 *     const status = await get("/api/v1/status");
 *     await post("/api/v1/control/pause", { body: { why: "lunch" } });
 *
 * Unsafe methods carry the session's CSRF token, and an idempotency key, so that a repeated click or
 * a retry on a slow link moves nothing twice.
 */

import type { paths } from "./openapi";
import { Problem, type ProblemBody } from "./problem";
import { askForProof } from "./proof";
import { isApproval, useWaiting } from "./waiting";

type Method = "get" | "post" | "put" | "patch" | "delete";
type PathsWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];
type Operation<P extends keyof paths, M extends Method> =
  paths[P] extends Record<M, infer O> ? O : never;
type Parameters<O> = O extends { parameters: infer R } ? R : Record<never, never>;
type QueryOf<O> = Parameters<O> extends { query?: infer Q } ? NonNullable<Q> : never;
type InPathOf<O> = Parameters<O> extends { path: infer Q } ? Q : never;
type BodyOf<O> = O extends { requestBody?: { content: { "application/json": infer B } } }
  ? B
  : never;
type ContentOf<R> = R extends { content: { "application/json": infer B } } ? B : undefined;
type Succeeded<R> = {
  [K in keyof R]: K extends 200 | 201 | 202 | 203 | 204 ? ContentOf<R[K]> : never;
}[keyof R];

/** The body of a successful answer of an operation. */
export type AnswerOf<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R } ? Succeeded<R> : never;

export type Query = Record<string, unknown>;

export interface Asked<O = unknown> {
  path?: InPathOf<O>;
  query?: QueryOf<O>;
  body?: BodyOf<O>;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

interface PlainAsked {
  path?: Query;
  query?: Query;
  body?: unknown;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** Where a 401 means a wrong password or code, and the session goes on. */
const PROVING = /\/auth\/(login|code|password|mfa)$/;

const SESSION = "/api/v1/auth/session";

let csrfToken = "";
const endings = new Set<() => void>();

/** Keep the token that the session's unsafe requests must carry. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Call `listener` whenever the server says that nobody is logged in. */
export function onSessionEnd(listener: () => void): () => void {
  endings.add(listener);
  return () => endings.delete(listener);
}

/** Return the address of a path template with its parts and its query filled in. */
export function addressOf(template: string, path: Query = {}, query: Query = {}): string {
  const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(path[name] ?? "")),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === "") continue;
    for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each));
  }
  return search.size ? `${filled}?${search}` : filled;
}

function headersOf(method: Method, asked: PlainAsked): Record<string, string> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (asked.body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "get") {
    headers["X-CSRF-Token"] = csrfToken;
    if (asked.idempotencyKey) headers["Idempotency-Key"] = asked.idempotencyKey;
  }
  return headers;
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!text) return undefined;
  return /json/.test(response.headers.get("Content-Type") ?? "") ? JSON.parse(text) : text;
}

/**
 * Ask the server; the typed functions below are this one with a method. Where it wants proof that a
 * person is there, that is asked for, and the same request goes again.
 */
export async function ask(method: Method, template: string, asked: PlainAsked = {}) {
  const keyed = method === "get" ? asked : { idempotencyKey: crypto.randomUUID(), ...asked };
  try {
    return await askWithWord(method, template, keyed);
  } catch (fault) {
    if (!(fault instanceof Problem) || !fault.type.endsWith(":code-needed")) throw fault;
    const withPassword = fault.fix.includes("password");
    if (!(await askForProof({ detail: fault.detail, withPassword }))) throw fault;
    return askWithWord(method, template, { ...keyed, idempotencyKey: crypto.randomUUID() });
  }
}

/**
 * The session's word changes with its secret, after a proof in another window of the browser too:
 * one that is old is asked for anew, so that no change, and no stop least of all, fails of it.
 */
async function askWithWord(method: Method, template: string, asked: PlainAsked): Promise<unknown> {
  try {
    return await askOnce(method, template, asked);
  } catch (fault) {
    if (!(fault instanceof Problem) || !fault.type.endsWith(":csrf")) throw fault;
    await askOnce("get", SESSION, {});
    return askOnce(method, template, asked);
  }
}

/** Keep the word that an answer about the session brings. */
function keepWord(template: string, body: unknown): void {
  if (!template.startsWith("/api/v1/auth/") || typeof body !== "object" || body === null) return;
  if ("csrf_token" in body && typeof body.csrf_token === "string") setCsrfToken(body.csrf_token);
}

async function askOnce(method: Method, template: string, asked: PlainAsked): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(addressOf(template, asked.path, asked.query), {
      method: method.toUpperCase(),
      headers: headersOf(method, asked),
      body: asked.body === undefined ? undefined : JSON.stringify(asked.body),
      signal: asked.signal,
      credentials: "same-origin",
    });
  } catch (fault) {
    if (asked.signal?.aborted) throw fault;
    throw new Problem(0, { detail: "no answer came; it is tried again by itself" });
  }
  const body = await bodyOf(response);
  if (response.status === 202 && isApproval(body)) useWaiting.getState().note(body);
  if (response.ok) {
    keepWord(template, body);
    return body;
  }
  if (response.status === 401 && !PROVING.test(template)) {
    endings.forEach((each) => each());
  }
  throw new Problem(response.status, (typeof body === "object" ? body : {}) as ProblemBody);
}

export function get<P extends PathsWith<"get">>(path: P, asked: Asked<Operation<P, "get">> = {}) {
  return ask("get", path, asked as PlainAsked) as Promise<AnswerOf<P, "get">>;
}

export function post<P extends PathsWith<"post">>(
  path: P,
  asked: Asked<Operation<P, "post">> = {},
) {
  return ask("post", path, asked as PlainAsked) as Promise<AnswerOf<P, "post">>;
}

export function put<P extends PathsWith<"put">>(path: P, asked: Asked<Operation<P, "put">> = {}) {
  return ask("put", path, asked as PlainAsked) as Promise<AnswerOf<P, "put">>;
}

export function patch<P extends PathsWith<"patch">>(
  path: P,
  asked: Asked<Operation<P, "patch">> = {},
) {
  return ask("patch", path, asked as PlainAsked) as Promise<AnswerOf<P, "patch">>;
}

export function remove<P extends PathsWith<"delete">>(
  path: P,
  asked: Asked<Operation<P, "delete">> = {},
) {
  return ask("delete", path, asked as PlainAsked) as Promise<AnswerOf<P, "delete">>;
}
