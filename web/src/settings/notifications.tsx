"use client";

import { useQuery } from "@tanstack/react-query";
import { get, post } from "@/data/client";
import type { Schema } from "@/data/schemas";
import { useMay } from "@/data/session";
import { duration } from "@/format/time";
import { capital, counted } from "@/format/words";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Time } from "@/ui/figure";
import { Fault } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Answered } from "@/ui/states";
import { useAction } from "@/ui/use-action";

type Way = Schema<"Way">;
type Result = Schema<"WayResult">;
const KEY = ["notifications"] as const;

/** The ways that alerts go to people: what goes where, what came of it, and a test of each. */
export function Notifications() {
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => get("/api/v1/notifications", { signal }),
    refetchInterval: 10_000,
  });
  return (
    <Panel title="Notifications" note="secrets and addresses of people are never shown" isFlush>
      <Answered query={query}>
        {(body) => (
          <>
            <p className="border-b border-line px-4 py-3 text-quiet">
              Alerts within {duration(body.group_s)} go out together, a critical one at once; at
              most {counted(body.per_minute, "message")} a minute and way; what goes on is told
              again after {duration(body.again_s)}.
            </p>
            <ul className="divide-y divide-line">
              {body.items
                .toSorted((one, other) => Number(other.is_set) - Number(one.is_set))
                .map((way) => (
                  <Row key={way.name} way={way} />
                ))}
            </ul>
            <p className="border-t border-line px-4 py-3 text-quiet">
              Ways are set in the table <code className="font-mono">[notifications]</code> of the
              configuration; keys best in the environment. A new start takes them.
            </p>
          </>
        )}
      </Answered>
    </Panel>
  );
}

function Outcome({ words, result }: { words: string; result: Result | null }) {
  if (result === null) return <span className="block text-xs text-quiet">{words}: never</span>;
  return (
    <span className="block text-xs text-quiet">
      {words}: <Time ns={result.at_ns} withDay />,{" "}
      {result.is_sent ? (
        <span className="text-good">taken</span>
      ) : (
        <span className="text-bad">not taken: {result.why}</span>
      )}
    </span>
  );
}

function Row({ way }: { way: Way }) {
  const maySet = useMay("settings");
  const test = useAction(
    () => post("/api/v1/notifications/{name}/test", { path: { name: way.name } }),
    [KEY],
  );
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
      <span className="w-28 font-medium">{capital(way.name)}</span>
      <Badge tone={way.is_set ? "good" : "neutral"}>{way.is_set ? "set" : "not set"}</Badge>
      {way.is_set && (
        <span className="min-w-0 flex-1 max-sm:basis-full">
          {way.carries.join(" and ")} alerts, and their end, through {way.to}
          <Outcome words="Last message" result={way.last} />
          <Outcome words="Last test" result={way.tested} />
          <span className="block text-xs text-quiet">
            {counted(way.sent, "message")} arrived, {way.failed} given up, {way.waiting} waiting
          </span>
          {test.answer && (
            <span role="status" className={test.answer.is_sent ? "text-good" : "text-bad"}>
              {test.answer.is_sent
                ? "The service took the test."
                : `The service did not take it: ${test.answer.why}`}
            </span>
          )}
          <Fault>{test.error}</Fault>
        </span>
      )}
      {way.is_set && maySet && (
        <Button isBusy={test.isBusy} onClick={() => test.start(undefined)}>
          Send a test
        </Button>
      )}
    </li>
  );
}
