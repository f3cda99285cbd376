"use client";

import { type ReactNode, useMemo } from "react";
import { Chart } from "@/charts/chart";
import type { Point } from "@/charts/points";
import type { Series } from "@/charts/terms";
import type { Schema } from "@/data/schemas";
import type { Live } from "@/data/use-live";
import { number, percent } from "@/format/number";
import { shortName } from "@/format/words";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import type { BenchmarkFigures } from "./figures";
import { useBenchmark } from "./queries";
import { columnOf, growthOf, rebased } from "./readings";

interface EquityPanelProps {
  nav: Live<Schema<"NavShape">>;
  /** Instrument that the account is held against; empty for none. */
  benchmark: string;
  figures: BenchmarkFigures | null | undefined;
  choice: ReactNode;
  className?: string;
}

const PANES = [3, 1.2];
const written = (value: number) => percent(value, { sign: true });

function seriesOf(nav: Schema<"NavShape">, benchmark: readonly Point[], name: string): Series[] {
  const shown: Series[] = [
    {
      id: "growth",
      kind: "line",
      title: "account",
      format: written,
      digits: 5,
      points: growthOf(nav),
    },
    {
      id: "under-water",
      kind: "baseline",
      title: "under water",
      pane: 1,
      base: 0,
      digits: 5,
      format: (value) => percent(value),
      points: columnOf(nav.ts_ns, nav.drawdown),
    },
  ];
  if (benchmark.length > 1) {
    shown.push({
      id: "benchmark",
      kind: "line",
      title: name,
      ink: "warn",
      format: written,
      digits: 5,
      isDashed: true,
      points: rebased(benchmark),
    });
  }
  return shown;
}

function Against({ figures }: { figures: BenchmarkFigures }) {
  return (
    <p className="px-4 pb-3 text-xs text-quiet">
      {shortName(figures.name)} made {percent(figures.total_return, { sign: true })}; beta{" "}
      {number(figures.beta)}, correlation {number(figures.correlation)}
      {figures.alpha !== null && `, alpha ${percent(figures.alpha, { sign: true })} a year`}
      {figures.information_ratio !== null &&
        `, information ratio ${number(figures.information_ratio)}`}
      .
    </p>
  );
}

/** Growth of the account beside a benchmark, and how far it stands below its highest. */
export function EquityPanel({ nav, benchmark, figures, choice, className }: EquityPanelProps) {
  const [fromNs, untilNs] = [nav.data?.ts_ns[0] ?? null, nav.data?.ts_ns.at(-1) ?? null];
  const bars = useBenchmark(benchmark, fromNs, untilNs).data;
  const series = useMemo(() => {
    const closes = bars
      ? columnOf(
          bars.bars.map((bar) => bar.open_ns + bars.frame_ns),
          bars.bars.map((bar) => bar.close),
        )
      : [];
    return nav.data ? seriesOf(nav.data, benchmark ? closes : [], shortName(benchmark)) : [];
  }, [nav.data, bars, benchmark]);
  return (
    <Panel
      title="Equity and under water"
      note="growth over the range, under water since the run began"
      actions={choice}
      tell={nav.tell}
      className={className}
      isFlush
    >
      <Answered query={nav} rows={8}>
        {(answer) =>
          answer.ts_ns.length < 2 ? (
            <Empty>The curve begins with the first two seconds of market data of this range.</Empty>
          ) : (
            <>
              <div className="p-2">
                <Chart
                  label="Growth of the account, its benchmark, and how far it is under water"
                  series={series}
                  height={380}
                  panes={PANES}
                />
              </div>
              {figures && <Against figures={figures} />}
            </>
          )
        }
      </Answered>
    </Panel>
  );
}
