"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import { Chart } from "@/charts/chart";
import { spokenOf } from "@/charts/points";
import type { Series } from "@/charts/terms";
import type { Ink } from "@/charts/theme";
import { askedTold } from "@/data/freshness";
import type { Schema } from "@/data/schemas";
import { number } from "@/format/number";
import { shortName, spaced } from "@/format/words";
import { useAddress } from "@/state/address";
import { Choice } from "@/ui/form";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { SLOW_MS } from "./queries";

const INKS: readonly Ink[] = ["warn", "good", "quiet", "bad", "up", "down"];
const LEAST = 2;

interface HistoryPanelProps {
  history: UseQueryResult<Schema<"SignalHistories">>;
  className?: string;
}

function seriesOf(row: Schema<"SignalHistory">, enter: number, exit: number): Series[] {
  const format = (value: number) => number(value, { sign: true });
  const ensemble: Series = {
    id: "ensemble",
    kind: "line",
    title: "ensemble",
    ink: "accent",
    format,
    points: spokenOf(row.instants, row.scores),
    levels: [
      { value: enter, label: "enter", ink: "up" },
      { value: -enter, label: "enter", ink: "down" },
      { value: exit, label: "leave", ink: "quiet" },
      { value: -exit, label: "leave", ink: "quiet" },
    ],
  };
  const alphas = row.alphas.map((alpha, place): Series => {
    const spoken = alpha.scores.map((score, at) => (alpha.confidences[at] ? score : null));
    return {
      id: alpha.alpha,
      kind: "line",
      title: alpha.alpha,
      ink: INKS[place % INKS.length],
      pane: 1,
      format,
      points: spokenOf(row.instants, spoken),
    };
  });
  return [ensemble, ...alphas];
}

const DOTS: Partial<Record<Ink, string>> = {
  accent: "bg-accent",
  warn: "bg-warn",
  good: "bg-good",
  quiet: "bg-quiet",
  bad: "bg-bad",
  up: "bg-up",
  down: "bg-down",
};

/** Scores over the last day: the ensemble with its thresholds above, each alpha below. */
export function HistoryPanel({ history, className }: HistoryPanelProps) {
  const items = history.data?.items ?? [];
  const [wanted, choose] = useAddress("instrument", "");
  const chosen = items.find((each) => each.instrument === wanted) ?? items[0];
  const series = useMemo(
    () => (chosen && history.data ? seriesOf(chosen, history.data.enter, history.data.exit) : []),
    [chosen, history.data],
  );
  return (
    <Panel
      title="Scores over time"
      note={chosen && `${number(chosen.decisions, { digits: 0 })} decisions`}
      actions={
        items.length > 1 && (
          <Choice
            label="Instrument"
            value={chosen?.instrument ?? ""}
            options={items.map(({ instrument }) => ({
              value: instrument,
              label: shortName(instrument),
            }))}
            onChange={choose}
          />
        )
      }
      tell={() => askedTold(history.dataUpdatedAt, SLOW_MS)}
      className={className}
      isFlush
    >
      <Answered query={history} rows={6}>
        {() =>
          (series[0]?.points.length ?? 0) < LEAST ? (
            <Empty>Scores are drawn from the second decision on; they come by themselves.</Empty>
          ) : (
            <div className="p-2">
              <ul className="flex flex-wrap gap-x-4 gap-y-1 px-2 text-xs text-quiet">
                {series.map((each) => (
                  <li key={each.id} className="inline-flex items-center gap-1.5">
                    <span
                      aria-hidden="true"
                      className={`h-0.5 w-3 ${DOTS[each.ink ?? "accent"] ?? ""}`}
                    />
                    {spaced(each.title)}
                  </li>
                ))}
              </ul>
              <Chart
                label="Scores of the ensemble with thresholds, and of each alpha"
                series={series}
                height={340}
                panes={[1, 1]}
              />
            </div>
          )
        }
      </Answered>
    </Panel>
  );
}
