"use client";

import { useQuery } from "@tanstack/react-query";
import { get } from "@/data/client";
import { askedTold } from "@/data/freshness";
import { number, percent } from "@/format/number";
import { bytes } from "@/format/size";
import { counted } from "@/format/words";
import { UseBar } from "@/ui/bar";
import { Panel } from "@/ui/panel";
import { Answered } from "@/ui/states";

/** The server looks at processes and folders no more often. */
const EVERY_MS = 10_000;

/** What each process takes of processors and memory, and what the run takes of the disk. */
export function ResourcesPanel({ className }: { className?: string }) {
  const query = useQuery({
    queryKey: ["resources"],
    queryFn: ({ signal }) => get("/api/v1/system/resources", { signal }),
    refetchInterval: EVERY_MS,
  });
  return (
    <Panel
      title="Resources"
      note={query.data && counted(query.data.cores, "processor core")}
      tell={() => askedTold(query.dataUpdatedAt, EVERY_MS)}
      className={className}
    >
      <Answered query={query}>
        {(body) => {
          const used = 1 - body.free_bytes / Math.max(1, body.disk_bytes);
          return (
            <div className="flex flex-col gap-4">
              <dl className="grid grid-cols-[1fr_auto_auto] gap-x-6 gap-y-1.5">
                <dt className="text-xs text-quiet">Process</dt>
                <dd className="text-right text-xs text-quiet">cores</dd>
                <dd className="text-right text-xs text-quiet">memory</dd>
                {body.processes.map((each) => (
                  <div key={each.pid} className="contents">
                    <dt title={`process ${each.pid}, ${each.threads} threads`}>{each.name}</dt>
                    <dd className="figure text-right">{number(each.cpu)}</dd>
                    <dd className="figure text-right">{bytes(each.memory_bytes)}</dd>
                  </div>
                ))}
              </dl>
              <dl className="grid grid-cols-[1fr_auto] gap-x-6 gap-y-1.5 border-t border-line pt-3">
                {body.folders.map((each) => (
                  <div key={each.name} className="contents">
                    <dt title={counted(each.files, "file")}>{each.name}</dt>
                    <dd className="figure text-right">{bytes(each.size_bytes)}</dd>
                  </div>
                ))}
              </dl>
              <div className="flex flex-col gap-1.5">
                <UseBar share={used} label="Use of the disk" />
                <span className="text-xs text-quiet">
                  {bytes(body.free_bytes)} of the disk free, {percent(used, { digits: 0 })} used
                </span>
              </div>
            </div>
          );
        }}
      </Answered>
    </Panel>
  );
}
