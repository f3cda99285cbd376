/** What the page of risk asks the server for. */

import { useQuery } from "@tanstack/react-query";
import { get } from "@/data/client";

const MOVING_MS = 2_000;
const SLOW_MS = 60_000;

export function useLimits() {
  return useQuery({
    queryKey: ["risk", "limits"],
    queryFn: () => get("/api/v1/risk/limits"),
    refetchInterval: MOVING_MS,
  });
}

export function useVar() {
  return useQuery({
    queryKey: ["risk", "var"],
    queryFn: () => get("/api/v1/risk/var"),
    refetchInterval: 5 * MOVING_MS,
  });
}

export function useBreakers() {
  return useQuery({
    queryKey: ["risk", "breakers"],
    queryFn: () => get("/api/v1/risk/breakers"),
    refetchInterval: MOVING_MS,
  });
}

export function useStress() {
  return useQuery({
    queryKey: ["risk", "stress"],
    queryFn: () => get("/api/v1/risk/stress"),
    staleTime: SLOW_MS,
  });
}

export function useExposure() {
  return useQuery({
    queryKey: ["risk", "exposure"],
    queryFn: () => get("/api/v1/risk/exposure"),
    refetchInterval: MOVING_MS,
  });
}

export function useCorrelation() {
  return useQuery({
    queryKey: ["risk", "correlation"],
    queryFn: () => get("/api/v1/risk/correlation"),
    refetchInterval: 5 * MOVING_MS,
  });
}
