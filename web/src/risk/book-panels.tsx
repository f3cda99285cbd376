"use client";

import { HeatTable } from "@/charts/heat-table";
import { askedTold } from "@/data/freshness";
import type { Schema } from "@/data/schemas";
import { money, number, percent } from "@/format/number";
import { counted, shortName } from "@/format/words";
import { UseBar } from "@/ui/bar";
import { Figure, Stat } from "@/ui/figure";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { CORRELATION_MS, useCorrelation, useExposure } from "./queries";

function Held({ row }: { row: Schema<"ExposureRow"> }) {
  const share = row.limit && row.worst !== null ? row.worst / row.limit : null;
  return (
    <li className="flex flex-col gap-1 border-t border-line py-2">
      <span className="flex items-baseline justify-between gap-3">
        <span className="font-medium">{shortName(row.name)}</span>
        <span className="figure">
          {percent(row.exposure, { sign: true })}
          <span className="ml-2 text-xs text-quiet">{money(row.value, { sign: true })}</span>
        </span>
      </span>
      <span className="flex items-center gap-2">
        <UseBar share={share} label={`Exposure to ${row.name} of its cap`} />
        <span className="figure text-xs whitespace-nowrap text-quiet">
          {percent(row.worst, { digits: 1 })} with open orders, cap{" "}
          {percent(row.limit, { digits: 0 })}
        </span>
      </span>
    </li>
  );
}

/** What is held of each instrument, and in sum. */
export function ExposurePanel({ className }: { className?: string }) {
  const exposure = useExposure();
  return (
    <Panel title="Exposure" tell={exposure.tell} className={className}>
      <Answered query={exposure} rows={5}>
        {(answer) => (
          <>
            <div className="mb-3 grid grid-cols-3 gap-4">
              <Stat label="Gross" size="lg">
                <Figure value={answer.gross} text={percent(answer.gross)} />
              </Stat>
              <Stat label="Net" size="lg">
                <Figure value={answer.net} text={percent(answer.net, { sign: true })} />
              </Stat>
              <Stat label="Leverage" size="lg" note="with open orders filled">
                <Figure value={answer.leverage} unit="×" />
              </Stat>
            </div>
            <ul>
              {[...answer.instruments, ...answer.groups].map((row) => (
                <Held key={row.name} row={row} />
              ))}
            </ul>
          </>
        )}
      </Answered>
    </Panel>
  );
}

/** How the instruments move together, as the gate measures it. */
export function CorrelationPanel({ className }: { className?: string }) {
  const correlation = useCorrelation();
  const note =
    correlation.data &&
    `returns of ${correlation.data.interval_s} s; one bet from ${correlation.data.threshold} on`;
  return (
    <Panel
      title="Correlation"
      note={note}
      tell={() => askedTold(correlation.dataUpdatedAt, CORRELATION_MS)}
      className={className}
    >
      <Answered query={correlation} rows={4}>
        {(answer) => {
          const names = answer.instruments.map(shortName);
          const fewest = Math.min(...answer.samples);
          if (names.length === 0) return <Empty>No instrument is followed yet.</Empty>;
          return (
            <>
              <HeatTable
                label="Correlation of returns"
                corner="Instrument"
                columns={names}
                rows={answer.matrix.map((row, place) => ({
                  name: names[place] ?? "",
                  cells: row.map((value, column) => ({
                    text: number(value, { sign: true }),
                    end: value === null || value === 0 ? "none" : value > 0 ? "up" : "down",
                    strength: Math.min(1, Math.abs(value ?? 0)),
                    title: `${names[place]} with ${names[column]}`,
                  })),
                }))}
              />
              <p className="mt-3 text-xs text-quiet">
                {fewest < answer.samples_min
                  ? `${counted(fewest, "sample")} of ${answer.samples_min} that limits need; more come by themselves.`
                  : `Of ${counted(fewest, "sample")} or more.`}
              </p>
              <dl className="mt-3 grid grid-cols-2 gap-x-4 gap-y-1 text-xs">
                {answer.volatilities.map((value, place) => (
                  <div key={names[place]} className="flex justify-between gap-3">
                    <dt className="text-quiet">{names[place]}, volatility a year</dt>
                    <dd className="figure">{percent(value, { digits: 0 })}</dd>
                  </div>
                ))}
              </dl>
            </>
          );
        }}
      </Answered>
    </Panel>
  );
}
