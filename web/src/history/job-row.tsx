"use client";

import { useEffect, useState } from "react";
import { linesOf } from "@/data/problem";
import type { Schema } from "@/data/schemas";
import { useMay } from "@/data/session";
import { number, percent } from "@/format/number";
import { duration } from "@/format/time";
import { Badge, type Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Time } from "@/ui/figure";
import { leftSeconds, type ProgressSeen, rateOf, seen } from "./job-rate";
import { type JobWish, useJobWish } from "./queries";

type Job = Schema<"JobShape">;

const TONES: Record<Job["state"], Tone> = {
  queued: "neutral",
  running: "accent",
  paused: "warn",
  done: "good",
  failed: "bad",
  cancelled: "neutral",
};

const WISHES: Record<Job["state"], readonly JobWish[]> = {
  queued: ["cancel"],
  running: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  done: [],
  failed: ["resume"],
  cancelled: ["resume"],
};

const WORDS: Record<JobWish, string> = { pause: "Pause", resume: "Resume", cancel: "Cancel" };

/** Measure how fast a job goes, from what this page saw of it. */
function useRate(job: Job): number | null {
  const [looks, setLooks] = useState<readonly ProgressSeen[]>([]);
  const isRunning = job.state === "running";
  useEffect(() => {
    if (!isRunning) {
      setLooks([]);
      return;
    }
    const look = () => setLooks((before) => seen(before, { atMs: Date.now(), done: job.progress }));
    look();
    const timer = setInterval(look, 2_000);
    return () => clearInterval(timer);
  }, [isRunning, job.progress]);
  return rateOf(looks);
}

function Rate({ job }: { job: Job }) {
  const rate = useRate(job);
  const left = leftSeconds(job.progress, 1, rate);
  if (job.state !== "running") return null;
  return (
    <span className="figure text-xs text-quiet">
      {rate === null ? "rate not known yet" : `${number(rate * 6_000, { digits: 1 })} % a minute`}
      {left !== null && `, ${duration(left)} left`}
    </span>
  );
}

/** A job with how far it is and how fast it goes, and what can be done with it. */
export function JobRow({
  job,
  title,
  kind,
}: {
  job: Job;
  title: string;
  kind: "backfill" | "backtest";
}) {
  const wish = useJobWish(kind);
  const mayWork = useMay("jobs");
  const isWaiting = job.wanted !== "run" && (job.state === "running" || job.state === "queued");
  return (
    <li className="flex flex-col gap-1.5 border-b border-line px-4 py-3 last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="figure text-xs text-quiet">#{job.id}</span>
        <span className="min-w-0 font-medium wrap-anywhere">{title}</span>
        <Badge tone={TONES[job.state]}>{job.state}</Badge>
        {isWaiting && <span className="text-xs text-quiet">{job.wanted} asked</span>}
        <span className="ml-auto flex gap-2">
          {mayWork &&
            WISHES[job.state].map((each) => (
              <Button
                key={each}
                aria-label={`${WORDS[each]} job ${job.id}`}
                isBusy={wish.isPending}
                disabled={job.wanted === each}
                onClick={() => wish.mutate({ id: job.id, wish: each })}
              >
                {WORDS[each]}
              </Button>
            ))}
        </span>
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <div
          role="progressbar"
          aria-label={`Job ${job.id}`}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(job.progress * 100)}
          className="h-1.5 min-w-32 flex-1 overflow-hidden rounded-full bg-sunken"
        >
          <div
            className={`h-full ${job.state === "failed" ? "bg-bad" : "bg-accent"}`}
            style={{ width: `${job.progress * 100}%` }}
          />
        </div>
        <span className="figure text-xs">{percent(job.progress, { digits: 0 })}</span>
        <Rate job={job} />
        <span className="text-xs text-quiet">
          asked <Time ns={job.created_ns} withDay />
        </span>
      </div>
      {(job.error || job.note) && (
        <p className={`text-xs ${job.error ? "text-bad" : "text-quiet"}`}>
          {job.error || job.note}
        </p>
      )}
      {wish.error && (
        <p role="alert" className="text-xs text-bad">
          {linesOf(wish.error)}
        </p>
      )}
    </li>
  );
}
