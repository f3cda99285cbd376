"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import { Chart } from "@/charts/chart";
import { HeatTable } from "@/charts/heat-table";
import { HistogramChart } from "@/charts/histogram-chart";
import type { Series } from "@/charts/terms";
import { askedTold } from "@/data/freshness";
import type { Schema } from "@/data/schemas";
import { number, percent } from "@/format/number";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { MOVING_MS } from "./queries";
import { binsOf, columnOf, monthHeat, MONTHS } from "./readings";

interface PastPanelProps {
  performance: UseQueryResult<Schema<"PerformanceShape">>;
  className?: string;
}

const COLUMNS = [...MONTHS, "Year"];

/** Returns by how often they came, with what they are on average. */
export function DistributionPanel({ performance, className }: PastPanelProps) {
  const spread = performance.data?.distribution;
  return (
    <Panel
      title="Distribution of returns"
      note={spread && `of ${spread.period}`}
      tell={() => askedTold(performance.dataUpdatedAt, MOVING_MS)}
      className={className}
    >
      <Answered query={performance} rows={5}>
        {({ distribution }) =>
          distribution.counts.length === 0 ? (
            <Empty>Too few returns to draw; a longer range has more.</Empty>
          ) : (
            <>
              <HistogramChart
                label="Distribution of returns"
                bins={binsOf(distribution)}
                height={220}
                written={(value, digits) =>
                  percent(value, { digits: Math.max(0, digits - 2), sign: true })
                }
                marks={
                  distribution.mean === null ? [] : [{ value: distribution.mean, name: "mean" }]
                }
              />
              <p className="mt-2 text-xs text-quiet">
                mean {percent(distribution.mean, { digits: 4, sign: true })}, deviation{" "}
                {percent(distribution.deviation, { digits: 4 })}, skew{" "}
                {number(distribution.skew, { sign: true })}, excess kurtosis{" "}
                {number(distribution.excess_kurtosis, { sign: true })}
              </p>
            </>
          )
        }
      </Answered>
    </Panel>
  );
}

/** The Sharpe ratio of a window that rolls along. */
export function SharpePanel({ performance, className }: PastPanelProps) {
  const rolling = performance.data?.rolling_sharpe;
  const series = useMemo<Series[]>(() => {
    if (rolling === undefined) return [];
    const points = columnOf(rolling.ts_ns, rolling.sharpe);
    const levels = [{ value: 0, label: "" }];
    return [{ id: "sharpe", kind: "line", title: "Sharpe", digits: 3, points, levels }];
  }, [rolling]);
  return (
    <Panel
      title="Rolling Sharpe"
      note={rolling && `of the last ${rolling.returns} returns of ${rolling.period}`}
      tell={() => askedTold(performance.dataUpdatedAt, MOVING_MS)}
      className={className}
      isFlush
    >
      <Answered query={performance} rows={5}>
        {(answer) =>
          (series[0]?.points.length ?? 0) < 2 ? (
            <Empty>
              It begins once there are enough returns that differ; a longer range has more.
            </Empty>
          ) : (
            <>
              <div className="p-2">
                <Chart label="Rolling Sharpe ratio" series={series} height={220} />
              </div>
              <p className="px-4 pb-3 text-xs text-quiet">
                Of a {answer.rolling_sharpe.period}; times{" "}
                {number(answer.rolling_sharpe.a_year, { digits: 1 })} for a year&apos;s.
              </p>
            </>
          )
        }
      </Answered>
    </Panel>
  );
}

/** Returns of calendar months, UTC. */
export function MonthsPanel({ performance, className }: PastPanelProps) {
  return (
    <Panel
      title="Months"
      note="%, UTC; of the chosen range, so the first and the last may be parts"
      tell={() => askedTold(performance.dataUpdatedAt, MOVING_MS)}
      className={className}
    >
      <Answered query={performance} rows={3}>
        {({ months }) =>
          months.length === 0 ? (
            <Empty>The first month appears with the first return.</Empty>
          ) : (
            <HeatTable
              label="Return of each month in percent"
              corner="Year"
              columns={COLUMNS}
              rows={monthHeat(months)}
            />
          )
        }
      </Answered>
    </Panel>
  );
}
