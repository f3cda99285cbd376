"use client";

import { useMemo } from "react";
import { Chart } from "@/charts/chart";
import { pointsOf } from "@/charts/points";
import type { Series } from "@/charts/terms";
import type { Ink } from "@/charts/theme";
import { askedTold, ONCE_MS } from "@/data/freshness";
import type { Schema } from "@/data/schemas";
import { percent } from "@/format/number";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { MetricTable } from "./metric-table";
import { metricTable } from "./metrics";
import { useComparison } from "./queries";
import { nameOf } from "./runs-panel";

const LOOKS: readonly { ink: Ink; dot: string; isDashed: boolean }[] = [
  { ink: "accent", dot: "bg-accent", isDashed: false },
  { ink: "warn", dot: "bg-warn", isDashed: false },
  { ink: "good", dot: "bg-good", isDashed: false },
  { ink: "bad", dot: "bg-bad", isDashed: false },
  { ink: "text", dot: "bg-text", isDashed: false },
  { ink: "accent", dot: "bg-accent", isDashed: true },
  { ink: "warn", dot: "bg-warn", isDashed: true },
  { ink: "good", dot: "bg-good", isDashed: true },
  { ink: "bad", dot: "bg-bad", isDashed: true },
  { ink: "text", dot: "bg-text", isDashed: true },
];

function seriesOf(comparison: Schema<"Comparison">): Series[] {
  return comparison.items.map((item, place) => ({
    id: item.id,
    kind: "line",
    title: nameOf(item),
    ink: LOOKS[place]?.ink,
    isDashed: LOOKS[place]?.isDashed,
    digits: 4,
    format: (value) => percent(value, { digits: 1, sign: true }),
    points: pointsOf(
      comparison.instants.flatMap((ns, at) => {
        const index = item.index[at];
        return typeof index === "number" ? [[ns, index - 1] as const] : [];
      }),
    ),
  }));
}

function Compared({ comparison }: { comparison: Schema<"Comparison"> }) {
  const series = useMemo(() => seriesOf(comparison), [comparison]);
  const names = comparison.items.map(nameOf);
  return (
    <>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 px-4 pt-3 text-xs text-quiet">
        {names.map((name, place) => (
          <li key={comparison.items[place]?.id} className="inline-flex items-center gap-1.5">
            <span
              aria-hidden="true"
              className={`w-4 ${LOOKS[place]?.isDashed ? "h-px" : "h-0.5"} ${LOOKS[place]?.dot ?? ""}`}
            />
            {name}
          </li>
        ))}
      </ul>
      <div className="p-2">
        <Chart label={`Growth of ${names.join(", ")}`} series={series} height={320} />
      </div>
      <MetricTable
        label="Figures of the runs"
        names={names}
        currencies={comparison.items.map((item) => item.currency)}
        rows={metricTable(comparison.items.map((item) => item.figures))}
      />
    </>
  );
}

/** The runs that are chosen: their growth in one chart, their figures side by side. */
export function ComparePanel({
  ids,
  notes,
  className,
}: {
  ids: readonly string[];
  /** Why runs that were chosen are not among `ids`, a line each. */
  notes: readonly string[];
  className?: string;
}) {
  const comparison = useComparison(ids);
  return (
    <Panel
      title="Side by side"
      tell={() => askedTold(comparison.dataUpdatedAt, ONCE_MS)}
      className={className}
      isFlush
    >
      {notes.map((note) => (
        <p key={note} role="status" className="border-b border-line px-4 py-2 text-xs text-warn">
          {note}
        </p>
      ))}
      {ids.length === 0 ? (
        <Empty>Choose finished back-tests in the list to lay them side by side.</Empty>
      ) : (
        <Answered query={comparison} rows={8}>
          {(answer) => <Compared comparison={answer} />}
        </Answered>
      )}
    </Panel>
  );
}
