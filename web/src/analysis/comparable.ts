/** Which of the runs that an address names can be laid beside one another, and why others cannot. */

interface Run {
  readonly id: string;
  readonly state: string;
  readonly has_result: boolean;
}

export interface Comparable {
  readonly ready: readonly string[];
  /** A line for each run that is left out. */
  readonly notes: readonly string[];
}

function noteOf(id: string, run: Run | undefined): string {
  if (!run) return `${id} is left out: the list has no back-test of that number.`;
  if (run.state === "done") return `#${id} is left out: its results gave way to newer ones.`;
  return `#${id} is left out: it is ${run.state} and has no result.`;
}

/** Return those of `ids` that have a result; none of them while the list is not there yet. */
export function comparable(ids: readonly string[], runs: readonly Run[] | undefined): Comparable {
  if (!runs) return { ready: [], notes: [] };
  const known = new Map(runs.map((run) => [run.id, run]));
  const ready = ids.filter((id) => known.get(id)?.has_result === true);
  const rest = [...new Set(ids)].filter((id) => !ready.includes(id));
  return { ready, notes: rest.map((id) => noteOf(id, known.get(id))) };
}
