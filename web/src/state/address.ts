/**
 * State of a page that its address holds, so that any view can be linked.
 *
 *     const [side, setSide] = useAddress("side", "all");
 */

import { useCallback, useSyncExternalStore } from "react";

const CHANGED = "traider:address";

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(CHANGED, listener);
  };
}

/** Return the query with one value set; a value that is the default is left out. */
export function searchWith(search: string, key: string, value: string, fallback: string): string {
  const query = new URLSearchParams(search);
  if (value === fallback) query.delete(key);
  else query.set(key, value);
  const text = query.toString();
  return text ? `?${text}` : "";
}

/** Return the value under `key` in the address, and a way to set it in place. */
export function useAddress(key: string, fallback: string): [string, (value: string) => void] {
  const value = useSyncExternalStore(
    subscribe,
    () => new URLSearchParams(window.location.search).get(key) ?? fallback,
    () => fallback,
  );
  const set = useCallback(
    (next: string) => {
      const search = searchWith(window.location.search, key, next, fallback);
      window.history.replaceState(null, "", `${window.location.pathname}${search}`);
      window.dispatchEvent(new Event(CHANGED));
    },
    [key, fallback],
  );
  return [value, set];
}
