"use client";

import { askedTold } from "@/data/freshness";
import type { Schema } from "@/data/schemas";
import { counted } from "@/format/words";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { JobRow } from "./job-row";
import { SLOW_MS, isUnderWay, useBackfills } from "./queries";

function titleOf(job: Schema<"BackfillShape">): string {
  const what = [...job.what, ...job.timeframes].join(" ");
  return `${job.venue} ${job.symbols.join(", ")}: ${what} from ${job.since}${job.until ? ` to ${job.until}` : ""}`;
}

/** Downloads, with how far they are; those under way first. */
export function JobsPanel({ className }: { className?: string }) {
  const jobs = useBackfills();
  const open = jobs.data?.items.filter(isUnderWay).length ?? 0;
  return (
    <Panel
      title="Downloads"
      note={jobs.data && `${counted(open, "download")} under way`}
      tell={() => askedTold(jobs.dataUpdatedAt, SLOW_MS)}
      className={className}
      isFlush
    >
      <Answered query={jobs} rows={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>Nothing was downloaded from here yet; start one beside this.</Empty>
          ) : (
            <ul>
              {[...items]
                .sort((one, other) => Number(isUnderWay(other)) - Number(isUnderWay(one)))
                .map((job) => (
                  <JobRow key={job.id} job={job} title={titleOf(job)} kind="backfill" />
                ))}
            </ul>
          )
        }
      </Answered>
    </Panel>
  );
}
