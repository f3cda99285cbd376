"use client";

import { useMemo } from "react";
import { Chart } from "@/charts/chart";
import { drawdownOf, latest, pointsOf } from "@/charts/points";
import type { Series } from "@/charts/terms";
import type { Status } from "@/data/shapes";
import { percent } from "@/format/number";
import { secondsOf, useRange } from "@/state/range";
import { Figure, Pnl, Stat } from "@/ui/figure";
import { Panel } from "@/ui/panel";
import { RangeChoice } from "@/ui/range-choice";
import { Empty } from "@/ui/states";

const PANES = [3, 1];

/** NAV second by second with the fall from its highest under it. */
export function NavPanel({ status, className }: { status: Status; className?: string }) {
  const [range] = useRange();
  const rows = status.nav_seconds;
  const series = useMemo<Series[]>(() => {
    const points = latest(pointsOf(rows), secondsOf(range));
    return [
      { id: "nav", kind: "line", title: "NAV", points },
      {
        id: "drawdown",
        kind: "baseline",
        title: "Drawdown",
        pane: 1,
        base: 0,
        digits: 4,
        format: (value) => percent(value),
        points: drawdownOf(points),
      },
    ];
  }, [rows, range]);
  return (
    <Panel title="NAV" actions={<RangeChoice />} className={className} isFlush>
      <div className="grid grid-cols-2 gap-x-8 gap-y-3 px-4 pt-3 sm:grid-cols-4">
        <Stat label="NAV" size="2xl">
          <Figure value={status.nav} unit={status.currency} />
        </Stat>
        <Stat label="Today" size="2xl" note="since midnight UTC">
          <Pnl value={status.pnl_day} />
        </Stat>
        <Stat label="Since the start" size="2xl">
          <Pnl value={status.pnl} />
        </Stat>
        <Stat label="Drawdown" size="2xl">
          <Figure value={status.drawdown} text={percent(status.drawdown)} />
        </Stat>
      </div>
      <div className="p-2">
        {rows.length > 1 ? (
          <Chart label="NAV over time, with drawdown" series={series} height={380} panes={PANES} />
        ) : (
          <Empty>The chart begins with the first two seconds of market data.</Empty>
        )}
      </div>
    </Panel>
  );
}
