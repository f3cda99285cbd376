"use client";

import { useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { problemOf } from "@/data/problem";

/**
 * Something that changes the server's state: whether it is at work, what went wrong in one line,
 * and the queries that are asked anew when it is done.
 */
export function useAction<Terms, Answer>(
  act: (terms: Terms) => Promise<Answer>,
  changes: readonly QueryKey[] = [],
) {
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: act,
    onSuccess: () =>
      Promise.all(changes.map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  const problem = mutation.error ? problemOf(mutation.error) : null;
  return {
    run: mutation.mutateAsync,
    start: (terms: Terms) => void mutation.mutateAsync(terms).catch(() => undefined),
    isBusy: mutation.isPending,
    answer: mutation.data,
    error: problem
      ? [problem.detail || problem.title, problem.fix].filter(Boolean).join("; ")
      : undefined,
    reset: mutation.reset,
  };
}
