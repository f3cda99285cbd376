"use client";

import type { Schema } from "@/data/schemas";
import { duration } from "@/format/time";
import { capital, shortName, spaced } from "@/format/words";
import { Button } from "@/ui/button";
import { Time } from "@/ui/figure";

type Fuse = Schema<"BreakerRow">;

interface FusesProps {
  fuses: readonly Fuse[];
  /** Given where whoever is logged in may close breakers. */
  onClose?: (name: string) => void;
}

function Wire({ isOpen }: { isOpen: boolean }) {
  return (
    <svg aria-hidden="true" width={44} height={18} viewBox="0 0 44 18" fill="none">
      <rect x={8} y={3} width={28} height={12} rx={3} className="stroke-line-strong" />
      <path d="M0 9h8m28 0h8" className="stroke-line-strong" strokeWidth={1.5} />
      <path
        d={isOpen ? "M8 9h8l2 -3m28 3h-18l-2 3" : "M8 9q7 -8 14 0t14 0"}
        className={isOpen ? "stroke-bad" : "stroke-good"}
        strokeWidth={1.6}
      />
    </svg>
  );
}

function Until({ fuse }: { fuse: Fuse }) {
  return (
    <span className="text-xs">
      since <Time ns={fuse.since_ns} />,{" "}
      {fuse.left_s !== null ? `${duration(fuse.left_s)} left` : `until ${fuse.closes_by} closes it`}
    </span>
  );
}

function One({ fuse, onClose }: { fuse: Fuse; onClose?: (name: string) => void }) {
  const isOpen = fuse.state === "open";
  return (
    <li
      className={`flex min-w-48 flex-1 flex-col gap-1 rounded border p-3 ${isOpen ? "border-bad bg-bad-soft" : "border-line"}`}
    >
      <span className="flex items-center gap-2">
        <Wire isOpen={isOpen} />
        <span className={`text-xs font-semibold ${isOpen ? "text-bad" : "text-quiet"}`}>
          {isOpen ? "OPEN" : "closed"}
        </span>
      </span>
      <span className="font-medium">
        {capital(spaced(fuse.name))}
        {fuse.instrument && <span className="text-quiet"> of {shortName(fuse.instrument)}</span>}
      </span>
      <span className="text-xs text-quiet">{fuse.words}</span>
      <span className="text-xs text-quiet">then: {spaced(fuse.action)}</span>
      {isOpen && <Until fuse={fuse} />}
      {isOpen && onClose && (
        <Button className="mt-1 self-start" onClick={() => onClose(fuse.name)}>
          Close it
        </Button>
      )}
    </li>
  );
}

/** Circuit breakers in a row; the open ones first. */
export function Fuses({ fuses, onClose }: FusesProps) {
  const sorted = [...fuses].sort(
    (one, other) => Number(other.state === "open") - Number(one.state === "open"),
  );
  return (
    <ul className="flex flex-wrap gap-3">
      {sorted.map((fuse) => (
        <One key={`${fuse.name} ${fuse.instrument}`} fuse={fuse} onClose={onClose} />
      ))}
    </ul>
  );
}
