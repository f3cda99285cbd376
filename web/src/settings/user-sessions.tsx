"use client";

import { useQuery } from "@tanstack/react-query";
import { get, post, remove } from "@/data/client";
import { Button } from "@/ui/button";
import { Time } from "@/ui/figure";
import { Fault } from "@/ui/notice";
import { Answered } from "@/ui/states";
import { useAction } from "@/ui/use-action";
import { browserOf } from "./sessions";

/** Browsers that are logged in as somebody, and the way to log them out. */
export function UserSessions({ name }: { name: string }) {
  const key = ["users", name, "sessions"] as const;
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => get("/api/v1/users/{name}/sessions", { path: { name }, signal }),
  });
  const end = useAction(
    (id: string) =>
      remove("/api/v1/users/{name}/sessions/{session_id}", { path: { name, session_id: id } }),
    [key],
  );
  const endAll = useAction(
    () => post("/api/v1/users/{name}/sessions/end", { path: { name } }),
    [key],
  );
  return (
    <section aria-label="Browsers" className="border-t border-line pt-3">
      <h3 className="mb-2 font-semibold">Browsers that are logged in</h3>
      <Answered query={query} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-quiet">None.</p>
          ) : (
            <>
              <ul className="divide-y divide-line">
                {items.map((each) => (
                  <li key={each.id} className="flex flex-wrap items-center gap-x-3 py-1.5">
                    <span className="min-w-0 flex-1" title={each.agent}>
                      {browserOf(each.agent)}
                      <span className="block text-xs text-quiet">
                        from {each.address}, used <Time ns={each.seen_ns} withDay />
                      </span>
                    </span>
                    <Button tone="quiet" onClick={() => end.start(each.id)}>
                      {each.is_this ? "End (this one)" : "End"}
                    </Button>
                  </li>
                ))}
              </ul>
              <Button
                className="mt-2"
                isBusy={endAll.isBusy}
                onClick={() => endAll.start(undefined)}
              >
                End all
              </Button>
            </>
          )
        }
      </Answered>
      <Fault>{end.error ?? endAll.error}</Fault>
    </section>
  );
}
