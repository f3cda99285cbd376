/** What the page of data asks the server for, and what it can have done. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { get, post } from "@/data/client";
import type { Schema } from "@/data/schemas";

const MOVING_MS = 1_000;
export const SLOW_MS = 30_000;
const SERIES_MOST = 200;
const JOBS_MOST = 50;

const OPEN: ReadonlySet<string> = new Set(["queued", "running", "paused"]);

/** Whether a job may still go on by itself or when it is told to. */
export function isUnderWay(job: { readonly state: string }): boolean {
  return OPEN.has(job.state);
}

export function useBackfills() {
  const queries = useQueryClient();
  const jobs = useQuery({
    queryKey: ["backfill", "jobs"],
    queryFn: () => get("/api/v1/backfill", { query: { limit: JOBS_MOST } }),
    // Looked at often while one runs, now and then while none does.
    refetchInterval: ({ state }) =>
      state.data?.items.some(isUnderWay) === true ? MOVING_MS : SLOW_MS / 6,
  });
  // What is over has changed what there is: it is looked at again at once, and not in its turn.
  const over = jobs.data?.items.filter((job) => !isUnderWay(job)).length;
  const before = useRef(over);
  useEffect(() => {
    if (before.current !== undefined && over !== before.current) {
      void queries.invalidateQueries({ queryKey: ["backfill", "coverage"] });
      void queries.invalidateQueries({ queryKey: ["backfill", "findings"] });
    }
    before.current = over;
  }, [over, queries]);
  return jobs;
}

export function useCoverage() {
  return useQuery({
    queryKey: ["backfill", "coverage"],
    queryFn: () => get("/api/v1/backfill/coverage", { query: { limit: SERIES_MOST } }),
    refetchInterval: SLOW_MS,
  });
}

export function useFindings(instrument: string, kind: string) {
  return useQuery({
    queryKey: ["backfill", "findings", instrument, kind],
    queryFn: () => get("/api/v1/backfill/findings", { query: { instrument, kind } }),
    enabled: instrument !== "" && kind !== "",
    staleTime: SLOW_MS,
  });
}

export function useStartBackfill() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schema<"BackfillAsked">) => post("/api/v1/backfill", { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["backfill"] }),
  });
}

export type JobWish = "pause" | "resume" | "cancel";

/** Return what has a job of any kind paused, resumed or cancelled. */
export function useJobWish(key: "backfill" | "backtest") {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, wish }: { id: string; wish: JobWish }) => {
      const path = { job_id: id };
      if (wish === "pause") return post("/api/v1/jobs/{job_id}/pause", { path });
      if (wish === "resume") return post("/api/v1/jobs/{job_id}/resume", { path });
      return post("/api/v1/jobs/{job_id}/cancel", { path });
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: [key] }),
  });
}
