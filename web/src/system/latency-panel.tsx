"use client";

import type { Latency, Status } from "@/data/shapes";
import { statusTell } from "@/data/use-live";
import { number } from "@/format/number";
import { microseconds } from "@/format/time";
import { spaced } from "@/format/words";
import { Panel } from "@/ui/panel";
import { type Column, Table } from "@/ui/table";

interface Row extends Latency {
  stage: string;
  place: number;
}

const LOWEST_US = 1;
const DECADES = 6;

/** Return where a duration stands on a line from 1 µs to 1 s, each tenfold equally wide. */
export function placeOf(us: number): number {
  return Math.min(1, Math.max(0, Math.log10(Math.max(us, LOWEST_US)) / DECADES));
}

function Spread({ row }: { row: Row }) {
  const from = placeOf(row.p50) * 100;
  const to = placeOf(row.p999) * 100;
  return (
    <div
      className="relative h-2.5 w-full min-w-32 rounded-sm bg-sunken"
      title="1 µs to 1 s, each tenfold equally wide: half within the dark mark, 99.9 % within the bar"
    >
      <div
        className="absolute inset-y-0 rounded-sm bg-accent opacity-45"
        style={{ left: `${from}%`, width: `${Math.max(to - from, 1)}%` }}
      />
      {[row.p50, row.p99].map((us, index) => (
        <div
          key={index}
          className="absolute inset-y-0 w-0.5 bg-text"
          style={{ left: `${placeOf(us) * 100}%` }}
        />
      ))}
    </div>
  );
}

function percentile(key: "p50" | "p95" | "p99" | "p999", label: string): Column<Row> {
  return {
    key,
    label,
    isNumber: true,
    from: key === "p95" ? "sm" : undefined,
    value: (row) => row[key],
    cell: (row) => microseconds(row[key]),
  };
}

const COLUMNS: readonly Column<Row>[] = [
  { key: "stage", label: "Stage", value: (row) => row.place, cell: (row) => spaced(row.stage) },
  percentile("p50", "Half within"),
  percentile("p95", "95 %"),
  percentile("p99", "99 %"),
  percentile("p999", "99.9 %"),
  {
    key: "count",
    label: "Seen",
    isNumber: true,
    from: "sm",
    value: (row) => row.count,
    cell: (row) => number(row.count, { digits: 0 }),
  },
  { key: "spread", label: "Spread", from: "md", width: "30%", cell: (row) => <Spread row={row} /> },
];

/** How long each stage takes, from the wire to the acknowledgement. */
export function LatencyPanel({ status, className }: { status: Status; className?: string }) {
  const rows = Object.entries(status.latency_us).map(([stage, each], place) => ({
    ...each,
    stage,
    place,
  }));
  return (
    <Panel
      title="Latency"
      note="since the session began"
      tell={statusTell}
      className={className}
      isFlush
    >
      <Table
        label="Latency by stage"
        columns={COLUMNS}
        rows={rows}
        rowKey={(row) => row.stage}
        csv="latency.csv"
        empty="Nothing was measured yet: the first market event brings the first figures."
      />
    </Panel>
  );
}
