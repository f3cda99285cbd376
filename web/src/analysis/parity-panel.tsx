"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { WaterfallChart } from "@/charts/waterfall-chart";
import { useMay } from "@/data/session";
import { money, number, percent } from "@/format/number";
import { spaced } from "@/format/words";
import { isUnderWay } from "@/history/queries";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Stat, Time } from "@/ui/figure";
import { askedTold } from "@/data/freshness";
import { Panel } from "@/ui/panel";
import { Empty, Failure, Skeleton } from "@/ui/states";
import { CAUSE_WORDS, CAUSES, differenceBars } from "./difference-rows";
import { type ParityView, parityView } from "./parity-report";
import { SLOW_MS, useParityJob, useParityReport, useStartParity } from "./queries";

function Checks({ view }: { view: ParityView }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1">
      {view.checks.map((check) => (
        <li key={check.name} className="inline-flex items-center gap-2">
          <Badge tone={check.ok ? "good" : "bad"}>{check.ok ? "identical" : "differs"}</Badge>
          {spaced(check.name)}
          <span className="figure text-xs text-quiet">
            {number(check.compared, { digits: 0 })} compared
          </span>
          {check.first && <span className="text-xs text-bad">{check.first}</span>}
        </li>
      ))}
    </ul>
  );
}

function Difference({ view }: { view: ParityView }) {
  const { difference, matched, currency } = view;
  if (difference === null) return <Empty>The report tells no difference in profit.</Empty>;
  return (
    <div className="mt-4 grid gap-6 lg:grid-cols-2">
      <div className="flex flex-col gap-4">
        <div className="grid grid-cols-2 gap-4">
          <Stat label="The run made" size="lg" note={currency}>
            <span className="figure">{money(difference.runProfit, { sign: true })}</span>
          </Stat>
          <Stat label="Its back-test made" size="lg" note={currency}>
            <span className="figure">{money(difference.backTestProfit, { sign: true })}</span>
          </Stat>
        </div>
        {matched && (
          <p className="text-quiet">
            {matched.both} trades are in both, {matched.runOnly} in the run alone,{" "}
            {matched.backTestOnly} in the back-test alone.
          </p>
        )}
        <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 text-xs text-quiet">
          {CAUSES.map((cause) => (
            <div key={cause} className="contents">
              <dt className="font-medium">{cause}</dt>
              <dd>{CAUSE_WORDS[cause]}</dd>
            </div>
          ))}
        </dl>
      </div>
      <WaterfallChart
        label="The difference by its causes"
        bars={differenceBars(difference)}
        unit={currency}
        digits={8}
      />
    </div>
  );
}

function Report({ report }: { report: ReturnType<typeof useParityReport> }) {
  if (report.data?.report) {
    const view = parityView(report.data.report);
    return (
      <>
        <Checks view={view} />
        <Difference view={view} />
        {view.notes.map((note) => (
          <p key={note} className="mt-2 text-xs text-quiet">
            {note}
          </p>
        ))}
      </>
    );
  }
  if (report.data) {
    return <Empty>The run was not checked yet; a check replays it and runs its back-test.</Empty>;
  }
  if (report.error === null) return <Skeleton rows={4} />;
  return <Failure error={report.error} onRetry={() => void report.refetch()} />;
}

/** Start a check, follow it, and have the report asked for anew when it is over. */
function useCheck() {
  const start = useStartParity();
  const job = useParityJob(start.data?.id ?? "").data;
  const queries = useQueryClient();
  const isRunning = start.isPending || (job !== undefined && isUnderWay(job));
  const isOver = job !== undefined && !isUnderWay(job);
  useEffect(() => {
    if (isOver) void queries.invalidateQueries({ queryKey: ["parity", "report"] });
  }, [isOver, queries]);
  return { start, job, isRunning };
}

/** The run beside a back-test of the same market: proved, and where the difference comes from. */
export function ParityPanel({ className }: { className?: string }) {
  const report = useParityReport();
  const { start, job, isRunning } = useCheck();
  const mayWork = useMay("jobs");
  const checked = report.data?.job && (
    <>
      checked <Time ns={report.data.job.ended_ns} withDay />
    </>
  );
  return (
    <Panel
      title="The run beside its back-test"
      note={checked}
      actions={
        mayWork && (
          <Button isBusy={isRunning} onClick={() => start.mutate("measured")}>
            {isRunning ? `Checking, ${percent(job?.progress, { digits: 0 })}` : "Check now"}
          </Button>
        )
      }
      tell={() => askedTold(report.dataUpdatedAt, SLOW_MS)}
      className={className}
    >
      {start.error && <Failure error={start.error} />}
      {job?.state === "failed" && <p className="mb-3 text-bad">{job.error}</p>}
      <Report report={report} />
    </Panel>
  );
}
