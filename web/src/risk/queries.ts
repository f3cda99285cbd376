/** What the page of risk shows: what is used now from the stream, the rest by asking. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useLongAnswer } from "@/data/being-made";
import { get } from "@/data/client";
import type { Schema } from "@/data/schemas";
import { type Live, useLive } from "@/data/use-live";

const MOVING_MS = 2_000;
export const CORRELATION_MS = 10_000;
export const BACKTEST_MS = 30_000;
const SLOW_MS = 60_000;

export function useLimits(): Live<Schema<"LimitRow">[]> {
  return useLive({
    channel: "limit_update",
    source: "journal",
    queryKey: ["risk", "limits"],
    ask: () => get("/api/v1/risk/limits").then((answer) => answer.items),
    everyMs: MOVING_MS,
  });
}

/** Return how the models of value at risk held on the past, which changes slowly. */
export function useVarBacktest() {
  return useLongAnswer(
    ["risk", "var", "backtest"],
    () => get("/api/v1/risk/var/backtest"),
    BACKTEST_MS,
  );
}

type Measured = Schema<"RiskNow">;
/** As the stream tells it: what is not known is left out, and all of it before the first. */
type Told = Partial<Measured>;

/** Return what was measured, with null for what is not known; null before the first measurement. */
export function measuredOf(told: Told): Measured | null {
  if (told.gate === undefined) return null;
  const { gate } = told;
  return { ...(told as Measured), gate: { ...gate, var: gate.var ?? null, es: gate.es ?? null } };
}

/** Return what the account may lose, as the trader measured it last; null where none did. */
export function useMeasured(): Live<Measured | null> {
  const live = useLive<Told>({
    channel: "var_update",
    source: "trader",
    queryKey: ["risk", "var", "measured"],
    ask: () => get("/api/v1/risk/var").then((answer) => answer.measured ?? {}),
    everyMs: 5 * MOVING_MS,
  });
  const data = useMemo(() => live.data && measuredOf(live.data), [live.data]);
  return { ...live, data };
}

export function useBreakers(): Live<Schema<"BreakerRow">[]> {
  return useLive({
    channel: "breaker_update",
    source: "journal",
    queryKey: ["risk", "breakers"],
    ask: () => get("/api/v1/risk/breakers").then((answer) => answer.items),
    everyMs: MOVING_MS,
  });
}

export function useStress() {
  return useLongAnswer(["risk", "stress"], () => get("/api/v1/risk/stress"), SLOW_MS);
}

type Exposure = Omit<Schema<"Exposure">, "as_of">;

export function useExposure(): Live<Exposure> {
  const live = useLive<Exposure>({
    channel: "exposure_update",
    source: "journal",
    queryKey: ["risk", "exposure"],
    ask: () => get("/api/v1/risk/exposure"),
    everyMs: MOVING_MS,
  });
  return live;
}

export function useCorrelation() {
  return useQuery({
    queryKey: ["risk", "correlation"],
    queryFn: () => get("/api/v1/risk/correlation"),
    refetchInterval: CORRELATION_MS,
  });
}
