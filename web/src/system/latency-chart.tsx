"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Chart } from "@/charts/chart";
import { get } from "@/data/client";
import { askedTold } from "@/data/freshness";
import { capital, spaced } from "@/format/words";
import { useAddress } from "@/state/address";
import { Panel } from "@/ui/panel";
import { Pick } from "@/ui/pick";
import { Answered, Empty } from "@/ui/states";
import { latencySeries, LINES } from "./latency-series";

/** The server looks no more often. */
const EVERY_MS = 5000;
const LEAST = 2;

function Legend() {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 px-2 text-xs text-quiet">
      {LINES.map((line) => (
        <li key={line.key} className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className={`h-0.5 w-3 ${line.dot}`} />
          {line.title}
        </li>
      ))}
    </ul>
  );
}

/** How the latency of a stage moved while somebody looked. */
export function LatencyChart({ className }: { className?: string }) {
  const query = useQuery({
    queryKey: ["latency"],
    queryFn: ({ signal }) => get("/api/v1/system/latency", { signal }),
    refetchInterval: EVERY_MS,
  });
  const [wanted, choose] = useAddress("stage", "");
  const { data } = query;
  const chosen = data?.series.find((each) => each.stage === wanted) ?? data?.series.at(-1);
  const series = useMemo(
    () => (data && chosen ? latencySeries(data.instants, chosen) : []),
    [data, chosen],
  );
  return (
    <Panel
      title="Latency over time"
      note="of everything since the session began, looked at every 5 s since the API did"
      actions={
        <Pick
          label="Stage"
          value={chosen?.stage ?? ""}
          options={(data?.series ?? []).map(({ stage }) => ({
            value: stage,
            label: capital(spaced(stage)),
          }))}
          onChange={choose}
        />
      }
      tell={() => askedTold(query.dataUpdatedAt, EVERY_MS)}
      className={className}
      isFlush
    >
      <Answered query={query} rows={5}>
        {() =>
          (series[0]?.points.length ?? 0) < LEAST ? (
            <Empty>The lines begin with the second look, five seconds after the first.</Empty>
          ) : (
            <div className="p-2">
              <Legend />
              <Chart
                label={`Latency of ${chosen?.stage ?? ""} over time: half, 95 % and 99 % within`}
                series={series}
                height={220}
              />
            </div>
          )
        }
      </Answered>
    </Panel>
  );
}
