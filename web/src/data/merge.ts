/** How a snapshot becomes what it is now: the deltas of the live stream, as pure functions. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A delta of a list: rows that are new or changed, and the ids of those that went. */
export interface ListDelta {
  rows: { [key: string]: Json }[];
  removed: string[];
}

function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Return `target` with a JSON merge patch (RFC 7396) put on it; neither is changed. */
export function mergePatch(target: Json, change: Json): Json {
  if (!isObject(change)) return change;
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(change)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key) ?? null, value));
  }
  return Object.fromEntries(merged);
}

/** Return `rows` with the changed ones replaced in place, new ones last, and removed ones gone. */
export function mergeRows<Row extends { [key: string]: Json }>(
  rows: readonly Row[],
  delta: { rows: readonly Row[]; removed: readonly string[] },
  idOf: (row: Row) => string,
): Row[] {
  const changed = new Map(delta.rows.map((row) => [idOf(row), row]));
  const removed = new Set(delta.removed);
  const kept: Row[] = [];
  for (const row of rows) {
    const id = idOf(row);
    if (removed.has(id)) continue;
    kept.push(changed.get(id) ?? row);
    changed.delete(id);
  }
  return [...kept, ...changed.values()];
}
