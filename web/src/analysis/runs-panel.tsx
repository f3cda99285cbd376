"use client";

import { askedTold } from "@/data/freshness";
import type { Schema } from "@/data/schemas";
import { counted, shortName } from "@/format/words";
import { JobRow } from "@/history/job-row";
import { isUnderWay } from "@/history/queries";
import { Badge } from "@/ui/badge";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { SLOW_MS, useBacktests } from "./queries";

type Run = Schema<"BacktestShape">;

/** Return what a run is called: its title, or its preset where it has none. */
export function nameOf(run: {
  readonly id: string;
  readonly title: string;
  readonly preset: string;
}) {
  return run.title || `${run.preset || "back-test"} #${run.id}`;
}

function period(run: Run): string {
  const [start, end] = [run.start.slice(0, 10), run.end.slice(0, 10)];
  return start || end ? `${start || "begin"} to ${end || "end"}` : "all of its data";
}

function Finished({
  run,
  isChosen,
  onToggle,
}: {
  run: Run;
  isChosen: boolean;
  onToggle: () => void;
}) {
  return (
    <li className="border-b border-line last:border-b-0">
      <label className="flex cursor-pointer gap-3 px-4 py-2.5 hover:bg-raised has-checked:bg-accent-soft">
        <input
          type="checkbox"
          checked={isChosen}
          disabled={!run.has_result}
          onChange={onToggle}
          className="mt-1 accent-accent"
        />
        <span className="flex min-w-0 flex-1 flex-col">
          <span className="flex flex-wrap items-center gap-2">
            <span className="min-w-0 font-medium wrap-anywhere">{nameOf(run)}</span>
            <Badge>{run.fill_tier}</Badge>
            {run.state !== "done" && <Badge tone="bad">{run.state}</Badge>}
          </span>
          <span className="text-xs text-quiet">
            {period(run)}; {run.instruments.map(shortName).join(", ") || "instruments not named"}
          </span>
          <span className="figure truncate text-xs text-quiet" title="fingerprint of its events">
            {run.fingerprint || run.error}
          </span>
        </span>
      </label>
    </li>
  );
}

/** Back-tests: those under way with how far they are, and those that can be laid side by side. */
export function RunsPanel({
  chosen,
  onToggle,
  className,
}: {
  chosen: readonly string[];
  onToggle: (id: string) => void;
  className?: string;
}) {
  const runs = useBacktests();
  const items = runs.data?.items ?? [];
  return (
    <Panel
      title="Back-tests"
      note={runs.data && counted(items.length, "run")}
      tell={() => askedTold(runs.dataUpdatedAt, SLOW_MS)}
      className={className}
      isFlush
    >
      <Answered query={runs} rows={6}>
        {() =>
          items.length === 0 ? (
            <Empty>No back-test was run from here yet; start one above.</Empty>
          ) : (
            <ul>
              {items.filter(isUnderWay).map((run) => (
                <JobRow key={run.id} job={run} title={nameOf(run)} kind="backtest" />
              ))}
              {items
                .filter((run) => !isUnderWay(run))
                .map((run) => (
                  <Finished
                    key={run.id}
                    run={run}
                    isChosen={chosen.includes(run.id)}
                    onToggle={() => onToggle(run.id)}
                  />
                ))}
            </ul>
          )
        }
      </Answered>
    </Panel>
  );
}
