"use client";

/** What stands where there is nothing yet, nothing at all, or something that failed. */

import Link from "next/link";
import type { ReactNode } from "react";
import { problemOf } from "@/data/problem";
import { Button } from "./button";
import { Time } from "./figure";
import { Icon } from "./icons";

/** Quiet lines in the shape of what comes. */
export function Skeleton({ rows = 4, height = 20 }: { rows?: number; height?: number }) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-3 p-4">
      {Array.from({ length: rows }, (_, row) => (
        <div
          key={row}
          className="pulse-soft rounded bg-sunken"
          style={{ height, width: `${96 - ((row * 17) % 40)}%` }}
        />
      ))}
    </div>
  );
}

/** One sentence, and the one action that fills the place. */
export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-3 px-4 py-6 text-quiet">
      <p className="max-w-prose">{children}</p>
      {action}
    </div>
  );
}

interface FailureProps {
  error: unknown;
  onRetry?: () => void;
  /** When it was tried last, ms of this machine. */
  triedMs?: number;
}

/** What failed, where and how to mend it, when, and a way to try again. */
export function Failure({ error, onRetry, triedMs }: FailureProps) {
  const problem = problemOf(error);
  return (
    <div role="alert" className="flex items-start gap-3 px-4 py-4">
      <span className="mt-0.5 text-bad">
        <Icon name="warning" />
      </span>
      <div className="flex min-w-0 flex-col gap-1">
        <p className="font-medium">{problem.title}</p>
        {problem.detail && <p className="text-quiet break-words">{problem.detail}</p>}
        {problem.where && <p className="text-quiet">At {problem.where}.</p>}
        {problem.fix && <p className="text-quiet">What helps: {problem.fix}</p>}
        {triedMs ? (
          <p className="text-quiet">
            Last tried at <Time ns={triedMs * 1e6} />.
          </p>
        ) : null}
        {onRetry && (
          <div className="mt-2">
            <Button onClick={onRetry}>Try again</Button>
          </div>
        )}
      </div>
    </div>
  );
}

interface AnsweredProps<Body> {
  query: {
    data?: Body;
    error: unknown;
    isPending: boolean;
    refetch: () => unknown;
    errorUpdatedAt?: number;
  };
  children: (body: Body) => ReactNode;
  rows?: number;
}

/** Show a query as it is: loading, failed with nothing to show, or answered. */
export function Answered<Body>({ query, children, rows }: AnsweredProps<Body>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) {
    return (
      <Failure
        error={query.error}
        triedMs={query.errorUpdatedAt}
        onRetry={() => void query.refetch()}
      />
    );
  }
  return <Skeleton rows={rows} />;
}

/** A link that looks like one, within a sentence. */
export function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="text-accent underline underline-offset-2">
      {children}
    </Link>
  );
}
