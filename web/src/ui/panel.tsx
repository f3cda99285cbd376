"use client";

/** A part of a page: a heading, what stands beside it, and what it shows, fresh or stale. */

import type { ReactNode } from "react";
import type { Tell } from "@/data/freshness";
import { useStaleAge } from "@/data/use-live";
import { staleWords } from "@/format/time";
import { Failure } from "./states";

interface PanelProps {
  title: string;
  children: ReactNode;
  /** Buttons and choices at the right of the heading. */
  actions?: ReactNode;
  /** A quiet remark beside the heading, such as a count. */
  note?: ReactNode;
  /** How fresh what it shows is; what is stale is dimmed, with its age. */
  tell?: Tell | readonly Tell[];
  error?: unknown;
  onRetry?: () => void;
  /** Whether content reaches the edges, as tables and charts do. */
  isFlush?: boolean;
  className?: string;
}

// What is stale loses its color, not its contrast: words stay as readable as before (WCAG 1.4.3).
export function Panel(props: PanelProps) {
  const staleS = useStaleAge(props.tell);
  const isStale = staleS !== null;
  return (
    <section
      aria-label={props.title}
      data-stale={isStale || undefined}
      className={`flex min-w-0 flex-col rounded-md border border-line bg-panel ${props.className ?? ""}`}
    >
      <header className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-1.5">
        <h2 className="text-sm font-semibold">{props.title}</h2>
        {props.note !== undefined && <span className="text-xs text-quiet">{props.note}</span>}
        {isStale && (
          <span className="text-xs text-warn" role="status">
            {staleWords(staleS)}
          </span>
        )}
        {props.actions && (
          <div className="ml-auto flex flex-wrap items-center gap-2">{props.actions}</div>
        )}
      </header>
      <div
        className={`min-w-0 flex-1 ${props.isFlush ? "" : "p-4"} ${isStale ? "opacity-60 grayscale" : ""}`}
      >
        {props.error ? <Failure error={props.error} onRetry={props.onRetry} /> : props.children}
      </div>
    </section>
  );
}
