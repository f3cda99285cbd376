/** A table whose cells are painted by what they hold: correlations, returns a month. */

import type { ReactNode } from "react";

export interface HeatCell {
  text: string;
  /** Which of the two ends of the scale it leans to; the text's sign says it as well. */
  end: "up" | "down" | "none";
  /** 0 to 1. */
  strength: number;
  title?: string;
}

interface HeatTableProps {
  label: string;
  corner: ReactNode;
  columns: readonly string[];
  rows: readonly { name: string; cells: readonly HeatCell[] }[];
}

// Stronger paint would leave too little contrast to the text on it.
const PAINT_MOST = 45;

function paint(cell: HeatCell): string | undefined {
  if (cell.end === "none") return undefined;
  const share = Math.round(cell.strength * PAINT_MOST);
  return `color-mix(in srgb, var(--${cell.end}) ${share}%, var(--panel))`;
}

export function HeatTable({ label, corner, columns, rows }: HeatTableProps) {
  return (
    <div tabIndex={0} role="region" aria-label={label} className="thin-scroll overflow-x-auto">
      <table className="w-full border-separate border-spacing-px text-xs">
        <thead>
          <tr>
            <th scope="col" className="px-2 py-1 text-left font-medium text-quiet">
              {corner}
            </th>
            {columns.map((column) => (
              <th key={column} scope="col" className="px-1 py-1 text-center font-medium text-quiet">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row" className="px-2 text-left font-medium whitespace-nowrap text-quiet">
                {row.name}
              </th>
              {row.cells.map((cell, place) => (
                <td
                  key={columns[place] ?? place}
                  title={cell.title}
                  className="figure h-8 min-w-12 rounded-sm bg-raised px-1 text-center"
                  style={{ backgroundColor: paint(cell) }}
                >
                  {cell.text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
