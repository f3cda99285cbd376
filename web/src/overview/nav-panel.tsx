"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Chart } from "@/charts/chart";
import { latest } from "@/charts/points";
import type { Series } from "@/charts/terms";
import { get } from "@/data/client";
import type { Status } from "@/data/shapes";
import { statusTell } from "@/data/use-live";
import { percent } from "@/format/number";
import { type Range, secondsOf, useRange } from "@/state/range";
import { Figure, Pnl, Stat } from "@/ui/figure";
import { Panel } from "@/ui/panel";
import { RangeChoice } from "@/ui/range-choice";
import { Empty, Skeleton } from "@/ui/states";
import { navPoints } from "./nav-points";

const PANES = [3, 1];
const POINTS = 1500;
const NS_PER_S = 1_000_000_000;
const REFRESH_MS = 30_000;

function useNavHistory(range: Range, nowNs: number) {
  const seconds = secondsOf(range);
  const fromNs = seconds === null ? undefined : Math.max(0, nowNs - seconds * NS_PER_S);
  return useQuery({
    queryKey: ["nav", range],
    queryFn: ({ signal }) =>
      get("/api/v1/portfolio/nav", { query: { points: POINTS, from_ns: fromNs }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

function useSeries(status: Status, range: Range) {
  const history = useNavHistory(range, status.now_ns);
  const { data } = history;
  const seconds = status.nav_seconds;
  const series = useMemo<Series[]>(() => {
    const { nav, drawdown } = navPoints(data, seconds);
    const shown = secondsOf(range);
    return [
      { id: "nav", kind: "line", title: "NAV", points: latest(nav, shown) },
      {
        id: "drawdown",
        kind: "baseline",
        title: "Drawdown",
        pane: 1,
        base: 0,
        digits: 4,
        format: (value) => percent(value),
        points: latest(drawdown, shown),
      },
    ];
  }, [data, seconds, range]);
  return { series, isPending: history.isPending };
}

function Figures({ status }: { status: Status }) {
  const limit = status.limits.max_drawdown;
  return (
    <div className="grid grid-cols-2 gap-x-8 gap-y-3 px-4 pt-3 sm:grid-cols-4">
      <Stat label="NAV" size="2xl" note={`${status.currency}, at the marks`}>
        <Figure value={status.nav} />
      </Stat>
      <Stat label="Today" size="2xl" note="since midnight UTC">
        <Pnl value={status.pnl_day} />
      </Stat>
      <Stat label="Since the start" size="2xl" note="after fees and funding">
        <Pnl value={status.pnl} />
      </Stat>
      <Stat
        label="Drawdown"
        size="2xl"
        note={
          limit === undefined ? "no limit is set" : `of ${percent(limit, { digits: 0 })} allowed`
        }
      >
        <Figure value={status.drawdown} text={percent(status.drawdown)} />
      </Stat>
    </div>
  );
}

/** NAV second by second with the fall from its highest under it. */
export function NavPanel({ status, className }: { status: Status; className?: string }) {
  const [range] = useRange();
  const { series, isPending } = useSeries(status, range);
  const count = series[0]?.points.length ?? 0;
  return (
    <Panel
      title="NAV and P&L"
      actions={<RangeChoice />}
      tell={statusTell}
      className={className}
      isFlush
    >
      <Figures status={status} />
      <div className="p-2">
        {count > 1 && (
          <Chart label="NAV over time, with drawdown" series={series} height={380} panes={PANES} />
        )}
        {count <= 1 && isPending && <Skeleton rows={6} height={40} />}
        {count <= 1 && !isPending && (
          <Empty>The chart begins with the first two seconds of market data.</Empty>
        )}
      </div>
    </Panel>
  );
}
