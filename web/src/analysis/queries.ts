/** What the page of analysis asks the server for, and what it can have run. */

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, post } from "@/data/client";
import type { Schema } from "@/data/schemas";
import { isUnderWay } from "@/history/queries";

const MOVING_MS = 1_000;
export const SLOW_MS = 10_000;
const RUNS_MOST = 100;

export function useBacktests() {
  return useQuery({
    queryKey: ["backtest", "runs"],
    queryFn: () => get("/api/v1/backtest", { query: { limit: RUNS_MOST } }),
    // Looked at often while one runs, now and then while none does.
    refetchInterval: ({ state }) =>
      state.data?.items.some(isUnderWay) === true ? MOVING_MS : SLOW_MS,
  });
}

export function usePresets() {
  return useQuery({
    queryKey: ["backtest", "presets"],
    queryFn: () => get("/api/v1/backtest/presets"),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Return the results of runs beside one another; a finished run never changes. */
export function useComparison(ids: readonly string[]) {
  return useQuery({
    queryKey: ["backtest", "compare", ids],
    queryFn: () => get("/api/v1/backtest/compare", { query: { ids: ids.join(",") } }),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useRunBacktest() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schema<"BacktestAsked">) => post("/api/v1/backtest", { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["backtest", "runs"] }),
  });
}

export function useParityReport() {
  return useQuery({
    queryKey: ["parity", "report"],
    queryFn: () => get("/api/v1/parity/report"),
    refetchInterval: SLOW_MS,
  });
}

export function useParityJob(id: string) {
  return useQuery({
    queryKey: ["parity", "job", id],
    queryFn: () => get("/api/v1/jobs/{job_id}", { path: { job_id: id } }),
    enabled: id !== "",
    refetchInterval: ({ state }) => (state.data && !isUnderWay(state.data) ? false : MOVING_MS),
  });
}

export function useStartParity() {
  return useMutation({
    mutationFn: (latency: "measured" | "settings") => post("/api/v1/parity", { body: { latency } }),
  });
}
