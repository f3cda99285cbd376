"use client";

import type { Tell } from "@/data/freshness";
import type { Schema } from "@/data/schemas";
import { number, percent } from "@/format/number";
import { capital, shortName, spaced } from "@/format/words";
import { Icon } from "@/ui/icons";
import { Panel } from "@/ui/panel";

type Change = Schema<"Change">;

function Needs({ change }: { change: Change }) {
  if (change.alphas.length === 0) return null;
  return (
    <ul className="mt-1 flex flex-col gap-0.5">
      {change.alphas.map((need) => (
        <li key={need.alpha} className="flex flex-wrap items-baseline gap-x-2 text-xs text-quiet">
          <span className="min-w-32">{spaced(need.alpha)} alone</span>
          <span className="figure">
            {number(need.now, { sign: true })} →{" "}
            {need.needed === null ? "—" : number(need.needed, { sign: true })}
          </span>
          {!need.is_enough && <span>more than it can say</span>}
        </li>
      ))}
    </ul>
  );
}

/** What would have to change for the strategy to trade one instrument. */
export function ChangesPanel({
  row,
  tell,
  className,
}: {
  row: Schema<"SignalRow">;
  tell: Tell;
  className?: string;
}) {
  return (
    <Panel
      title={shortName(row.instrument)}
      note={`wants ${percent(row.wanted_exposure, { digits: 1, sign: true })} of equity, holds ${percent(row.held_exposure, { digits: 1, sign: true })}`}
      tell={tell}
      className={className}
    >
      <p className="font-medium">{capital(row.words)}</p>
      {row.blocks.map((block) => (
        <p key={block} className="mt-1 flex items-center gap-1.5 text-warn">
          <Icon name="warning" size={12} /> {capital(block)}
        </p>
      ))}
      <dl className={`mt-3 grid gap-3 ${row.changes.length > 1 ? "sm:grid-cols-2" : ""}`}>
        {row.changes.map((change) => (
          <div key={change.action} className="min-w-0">
            <dt className="flex items-baseline gap-2">
              <span className="font-medium">To {change.action}</span>
              <span className="figure text-xs text-quiet">
                at {number(change.threshold, { sign: true })}
              </span>
            </dt>
            <dd>
              {row.changes.length > 1 && <p className="text-quiet">{capital(change.words)}.</p>}
              <Needs change={change} />
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
