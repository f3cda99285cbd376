"use client";

import { askedTold } from "@/data/freshness";
import type { Schema } from "@/data/schemas";
import { compact } from "@/format/number";
import { day } from "@/format/time";
import { counted } from "@/format/words";
import { useAddress } from "@/state/address";
import { Button } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { Pick } from "@/ui/pick";
import { Answered, Empty } from "@/ui/states";
import { yearsOf } from "./coverage";
import { CoverageCalendar, CoverageLegend } from "./coverage-calendar";
import { SLOW_MS, useCoverage } from "./queries";

type Series = Schema<"SeriesCoverage">;

function Held({ series, year, onCheck }: { series: Series; year: string; onCheck: () => void }) {
  const days = series.days.filter((each) => each.day.startsWith(year));
  const today = new Date().toISOString().slice(0, 10);
  const last = `${year}-12-31` < today ? `${year}-12-31` : today;
  return (
    <li className="flex min-w-0 flex-col gap-2 border-b border-line px-4 py-3 last:border-b-0">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <span className="font-medium">{series.instrument}</span>
        <span className="text-quiet">{series.kind}</span>
        <span className="figure text-xs text-quiet">
          {compact(series.rows)} rows, {day(series.first_ns)} to {day(series.last_ns)},{" "}
          {compact(series.bytes)}B
        </span>
        <Button
          tone="quiet"
          className="ml-auto"
          aria-label={`Check every row of ${series.instrument} ${series.kind}`}
          onClick={onCheck}
        >
          Check every row
        </Button>
      </div>
      <CoverageCalendar
        name={`${series.instrument} ${series.kind} in ${year}`}
        days={days}
        first={`${year}-01-01`}
        last={last}
      />
    </li>
  );
}

/** What the lake holds of each day, a calendar a series. */
export function CoveragePanel({
  onCheck,
  className,
}: {
  onCheck: (instrument: string, kind: string) => void;
  className?: string;
}) {
  const coverage = useCoverage();
  const items = coverage.data?.items ?? [];
  const years = yearsOf(items.flatMap((series) => series.days));
  const [wanted, choose] = useAddress("year", "");
  const year = years.includes(wanted) ? wanted : (years[0] ?? "");
  return (
    <Panel
      title="Coverage"
      note={coverage.data && counted(items.length, "series", "series")}
      actions={
        <>
          <CoverageLegend />
          {years.length > 0 && (
            <Pick
              label="Year"
              value={year}
              options={years.map((each) => ({ value: each, label: each }))}
              onChange={choose}
            />
          )}
        </>
      }
      tell={() => askedTold(coverage.dataUpdatedAt, SLOW_MS)}
      className={className}
      isFlush
    >
      <Answered query={coverage} rows={5}>
        {() =>
          items.length === 0 ? (
            <Empty>The lake holds nothing yet; a download fills it.</Empty>
          ) : (
            <ul>
              {items.map((series) => (
                <Held
                  key={`${series.instrument} ${series.kind}`}
                  series={series}
                  year={year}
                  onCheck={() => onCheck(series.instrument, series.kind)}
                />
              ))}
            </ul>
          )
        }
      </Answered>
    </Panel>
  );
}
