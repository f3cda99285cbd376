"use client";

import type { Position, Status } from "@/data/shapes";
import { money, price, size } from "@/format/number";
import { baseOf, counted, shortName } from "@/format/words";
import { Figure, Pnl } from "@/ui/figure";
import { Panel } from "@/ui/panel";
import { type Column, Table } from "@/ui/table";

const COLUMNS: readonly Column<Position>[] = [
  {
    key: "name",
    label: "Instrument",
    value: (row) => row.name,
    cell: (row) => shortName(row.name),
  },
  {
    key: "size",
    label: "Size",
    isNumber: true,
    value: (row) => row.size,
    cell: (row) => (
      <Figure
        value={row.size}
        text={size(row.size, undefined, { sign: true })}
        unit={baseOf(row.name)}
      />
    ),
  },
  {
    key: "mark",
    label: "Mark",
    isNumber: true,
    from: "sm",
    value: (row) => row.mark,
    cell: (row) => <Figure value={row.mark} text={price(row.mark)} />,
  },
  {
    key: "value",
    label: "Value",
    isNumber: true,
    value: (row) => row.value,
    cell: (row) => <Figure value={row.value} text={money(row.value)} />,
  },
  {
    key: "unrealized",
    label: "Profit",
    isNumber: true,
    value: (row) => row.unrealized,
    cell: (row) => <Pnl value={row.unrealized} />,
  },
];

/** What is held, at the marks. */
export function Positions({ status, className }: { status: Status; className?: string }) {
  return (
    <Panel
      title="Positions"
      note={counted(status.positions.length, "position")}
      className={className}
      isFlush
    >
      <Table
        label="Positions"
        columns={COLUMNS}
        rows={status.positions}
        rowKey={(row) => row.name}
        empty="Nothing is held. A position opens when a score passes its threshold."
      />
    </Panel>
  );
}
