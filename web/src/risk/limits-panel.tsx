"use client";

import { memo, useState } from "react";
import type { Schema } from "@/data/schemas";
import { useMay } from "@/data/session";
import { number, percent } from "@/format/number";
import { capital, shortName, spaced } from "@/format/words";
import { UseBar } from "@/ui/bar";
import { Button } from "@/ui/button";
import { Time } from "@/ui/figure";
import { Switch } from "@/ui/form";
import { Panel } from "@/ui/panel";
import { Answered } from "@/ui/states";
import { LimitDialog } from "./limit-dialog";
import { useLimits } from "./queries";

type Row = Schema<"LimitRow">;

const SOURCES: Record<Row["source"], string> = {
  default: "as shipped",
  settings: "settings of the run",
  changed: "changed",
};

/** Limits of which less lets more through. */
const FLOORS: ReadonlySet<string> = new Set(["min_liquidation_distance"]);

const DIGITS = { digits: { min: 0, max: 4 } } as const;

function Origin({ row }: { row: Row }) {
  if (row.changed === null) return <>{SOURCES[row.source]}</>;
  return (
    <span title={row.changed.why}>
      {row.changed.who}, <Time ns={row.changed.at_ns} withDay />
      {row.changed.why && `: ${row.changed.why}`}
    </span>
  );
}

function Used({ row }: { row: Row }) {
  if (row.value === null) return <span className="text-quiet">off</span>;
  if (row.scope === "order") return <span className="text-quiet">checked of each order</span>;
  return (
    <div className="flex min-w-32 items-center gap-2">
      <UseBar share={row.share} label={`${spaced(row.name)}, part that is used`} />
      <span className="figure w-12 text-right text-xs">{percent(row.share, { digits: 0 })}</span>
    </div>
  );
}

/** Most limits stay as they are while the use of some moves. */
const Line = memo(LimitLine);

function LimitLine({ row, onEdit }: { row: Row; onEdit?: (row: Row) => void }) {
  return (
    <tr className="border-t border-line align-middle">
      <th scope="row" className="px-4 py-2 text-left font-normal">
        <span className="font-medium">{capital(spaced(row.name))}</span>
        <span className="block max-w-prose text-xs text-quiet max-sm:hidden">
          {row.meaning}
          {row.instrument && ` Most: ${shortName(row.instrument)}.`}
        </span>
      </th>
      <td className="px-2 py-2">
        <Used row={row} />
      </td>
      <td className="figure px-2 py-2 text-right">{number(row.used, DIGITS)}</td>
      <td className="figure px-2 py-2 text-right">{number(row.value, DIGITS)}</td>
      <td className="px-2 py-2 text-xs text-quiet max-md:hidden">{row.unit}</td>
      <td className="px-2 py-2 text-xs text-quiet max-lg:hidden">
        <Origin row={row} />
      </td>
      <td className="py-2 pr-4 text-right">
        {onEdit && (
          <Button
            tone="quiet"
            aria-label={`Change ${spaced(row.name)}`}
            onClick={() => onEdit(row)}
          >
            Change
          </Button>
        )}
      </td>
    </tr>
  );
}

const HEADINGS = [
  { label: "Limit", look: "px-4 text-left" },
  { label: "Used", look: "px-2 text-left" },
  { label: "Now", look: "px-2 text-right" },
  { label: "At most", look: "px-2 text-right whitespace-nowrap" },
  { label: "Unit", look: "px-2 text-left max-md:hidden" },
  { label: "Set by", look: "px-2 text-left max-lg:hidden" },
];

/** One bar a limit: what is used of it, where it stands, and who set it. */
export function LimitsPanel({ className }: { className?: string }) {
  const limits = useLimits();
  const mayChange = useMay("risk");
  const [edited, setEdited] = useState<Row | null>(null);
  const [isAll, setAll] = useState(false);
  return (
    <Panel
      title="Limits"
      note="what the gate lets through"
      actions={<Switch label="Those that are off" isOn={isAll} onChange={setAll} />}
      tell={limits.tell}
      className={className}
      isFlush
    >
      <Answered query={limits} rows={8}>
        {(items) => (
          <div
            tabIndex={0}
            role="region"
            aria-label="Table: limits"
            className="thin-scroll overflow-x-auto"
          >
            <table className="w-full border-collapse text-sm">
              <thead>
                <tr className="text-xs text-quiet">
                  {HEADINGS.map(({ label, look }) => (
                    <th key={label} scope="col" className={`h-8 font-medium ${look}`}>
                      {label}
                    </th>
                  ))}
                  <td />
                </tr>
              </thead>
              <tbody>
                {items
                  .filter((row) => isAll || row.value !== null)
                  .map((row) => (
                    <Line key={row.name} row={row} onEdit={mayChange ? setEdited : undefined} />
                  ))}
              </tbody>
            </table>
          </div>
        )}
      </Answered>
      <LimitDialog
        limit={
          edited && {
            name: edited.name,
            value: edited.value === null ? "" : String(edited.value),
            unit: edited.unit,
            isLargerLooser: !FLOORS.has(edited.name),
          }
        }
        onClose={() => setEdited(null)}
      />
    </Panel>
  );
}
