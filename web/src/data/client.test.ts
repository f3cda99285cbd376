import { afterEach, describe, expect, it, vi } from "vitest";
import { addressOf, ask, onSessionEnd, setCsrfToken } from "./client";
import { Problem } from "./problem";
import { setProofAsker } from "./proof";

interface Sent {
  url: string;
  headers: Record<string, string>;
}

function answering(...answers: { status: number; body?: unknown }[]): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", (url: string, terms: { headers: Record<string, string> }) => {
    sent.push({ url, headers: terms.headers });
    const { status, body } = answers[Math.min(sent.length, answers.length) - 1] ?? { status: 500 };
    const headers = { "Content-Type": "application/problem+json" };
    return Promise.resolve(new Response(body ? JSON.stringify(body) : null, { status, headers }));
  });
  return sent;
}

afterEach(() => {
  vi.unstubAllGlobals();
  setProofAsker(null);
  setCsrfToken("");
});

describe("addresses", () => {
  it("have their parts filled in and unknown values left out", () => {
    expect(addressOf("/orders/{id}/why", { id: "a/b" })).toBe("/orders/a%2Fb/why");
    expect(addressOf("/x", {}, { a: 1, b: undefined, c: "", d: ["u", "v"] })).toBe(
      "/x?a=1&d=u&d=v",
    );
  });
});

describe("asking", () => {
  it("sends the token and a key with changes alone", async () => {
    const sent = answering({ status: 200, body: {} });
    setCsrfToken("token");
    await ask("get", "/a");
    await ask("post", "/b", { body: {} });
    expect(sent[0]?.headers["X-CSRF-Token"]).toBeUndefined();
    expect(sent[1]?.headers["X-CSRF-Token"]).toBe("token");
    expect(sent[1]?.headers["Idempotency-Key"]).toMatch(/^[0-9a-f-]{36}$/);
  });
  it("throws the problem that the server tells", async () => {
    answering({ status: 409, body: { title: "Conflict", detail: "no trader", fix: "start one" } });
    const fault = await ask("get", "/a").catch((each: unknown) => each);
    expect(fault).toBeInstanceOf(Problem);
    expect(fault).toMatchObject({ status: 409, detail: "no trader", fix: "start one" });
  });
  it("tells whoever listens that nobody is logged in", async () => {
    answering({ status: 401 });
    const ended = vi.fn();
    const stop = onSessionEnd(ended);
    await ask("get", "/a").catch(() => undefined);
    await ask("post", "/api/v1/auth/login").catch(() => undefined);
    stop();
    expect(ended).toHaveBeenCalledTimes(1);
  });
  it("asks for proof where it is wanted, and sends again", async () => {
    const wanted = { type: "urn:traider:problem:code-needed", detail: "trade again needs a code" };
    const sent = answering({ status: 403, body: wanted }, { status: 200, body: { line: "done" } });
    setProofAsker(() => Promise.resolve(true));
    await expect(ask("post", "/rearm", { body: {} })).resolves.toEqual({ line: "done" });
    expect(sent).toHaveLength(2);
  });
  it("takes the new word of a session that a proof gave another secret", async () => {
    const sent = answering({ status: 200, body: { csrf_token: "new" } }, { status: 200, body: {} });
    setCsrfToken("old");
    await ask("post", "/api/v1/auth/code", { body: {} });
    await ask("post", "/rearm", { body: {} });
    expect(sent[1]?.headers["X-CSRF-Token"]).toBe("new");
  });
  it("asks for the word where another window changed it, and sends the same again", async () => {
    const sent = answering(
      { status: 403, body: { type: "urn:traider:problem:csrf" } },
      { status: 200, body: { csrf_token: "new" } },
      { status: 200, body: { id: "stop" } },
    );
    setCsrfToken("old");
    await expect(ask("post", "/stop", { body: {} })).resolves.toEqual({ id: "stop" });
    expect(sent.map((each) => each.url)).toEqual(["/stop", "/api/v1/auth/session", "/stop"]);
    expect(sent[2]?.headers["X-CSRF-Token"]).toBe("new");
    expect(sent[2]?.headers["Idempotency-Key"]).toBe(sent[0]?.headers["Idempotency-Key"]);
  });
  it("gives up where proof is not given", async () => {
    answering({ status: 403, body: { type: "urn:traider:problem:code-needed" } });
    setProofAsker(() => Promise.resolve(false));
    await expect(ask("post", "/rearm")).rejects.toMatchObject({ status: 403 });
  });
});
