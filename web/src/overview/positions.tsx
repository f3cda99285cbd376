"use client";

import { memo } from "react";
import type { Position } from "@/data/shapes";
import { statusTell } from "@/data/use-live";
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
    key: "value",
    label: "Value",
    isNumber: true,
    value: (row) => row.value,
    cell: (row) => (
      <>
        <Figure value={row.value} text={money(row.value)} />
        <span className="block text-xs text-quiet">
          at <Figure value={row.mark} text={price(row.mark)} />
        </span>
      </>
    ),
  },
  {
    key: "unrealized",
    label: "Profit",
    isNumber: true,
    value: (row) => row.unrealized,
    cell: (row) => <Pnl value={row.unrealized} />,
  },
];

interface PositionsProps {
  positions: readonly Position[];
  /** What holds the trader back; empty while it trades. */
  halted: string;
  className?: string;
}

/** What is held, at the marks; drawn anew only when that changes. */
export const Positions = memo(function Positions({ positions, halted, className }: PositionsProps) {
  return (
    <Panel
      title="Positions"
      note={counted(positions.length, "position")}
      tell={statusTell}
      className={className}
      isFlush
    >
      <Table
        label="Positions"
        columns={COLUMNS}
        rows={positions}
        rowKey={(row) => row.name}
        empty={
          halted
            ? `Nothing is held, and nothing is opened: the trader is ${halted}.`
            : "Nothing is held. A position opens when a score passes its threshold."
        }
      />
    </Panel>
  );
});
