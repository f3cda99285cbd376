/** What the server says when it cannot do something: RFC 9457, with where and how to mend it. */

export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  instance?: string;
  fix?: string;
  where?: string;
}

export class Problem extends Error {
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly fix: string;
  readonly where: string;

  constructor(status: number, body: ProblemBody) {
    const title = body.title ?? titleOf(status);
    super(body.detail ? `${title}: ${body.detail}` : title);
    this.name = "Problem";
    this.status = status;
    this.type = body.type ?? "about:blank";
    this.title = title;
    this.detail = body.detail ?? "";
    this.fix = body.fix ?? "";
    this.where = body.where ?? "";
  }

  /** Whether the server was not reached at all. */
  get isUnreachable(): boolean {
    return this.status === 0;
  }
}

function titleOf(status: number): string {
  if (status === 0) return "The server does not answer";
  if (status === 401) return "Not logged in";
  if (status === 403) return "Not allowed";
  if (status === 404) return "Not found";
  if (status === 429) return "Too many requests";
  return status >= 500 ? "The server failed" : `Refused (${status})`;
}

/** Return any thrown value as a problem. */
export function problemOf(fault: unknown): Problem {
  if (fault instanceof Problem) return fault;
  return new Problem(0, { detail: fault instanceof Error ? fault.message : String(fault) });
}

/** Return what is wrong and what helps in one line, for beside a field or a button. */
export function linesOf(fault: unknown): string {
  const { detail, title, fix } = problemOf(fault);
  return [detail || title, fix].filter(Boolean).join("; ");
}
