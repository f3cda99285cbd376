"use client";

import { useCallback, useMemo, useState } from "react";
import { Chart } from "@/charts/chart";
import type { Hover, Series } from "@/charts/terms";
import type { Span } from "@/charts/points";
import { number } from "@/format/number";
import { clock } from "@/format/time";
import { type Bar, NS_PER_S } from "./candles";
import { chartSeries, type OrderLevel } from "./chart-series";
import { type ChartFill, marksAt, markSum, type TradeMark, tradeMarks } from "./trade-marks";

interface CandleChartProps {
  name: string;
  bars: readonly Bar[];
  stepS: number;
  fills: readonly ChartFill[];
  /** Prices of our open orders, drawn as levels. */
  orders: readonly OrderLevel[];
  /** Indicators, as series. */
  overlays: readonly Series[];
  shaded: readonly Span[];
  priceDigits: number;
  height: number;
}

function useTerms(props: CandleChartProps): { series: Series[]; marks: TradeMark[] } {
  const { bars, stepS, fills, orders, overlays, priceDigits } = props;
  const marks = useMemo(() => tradeMarks(fills, stepS), [fills, stepS]);
  const series = useMemo(
    () => [...chartSeries({ bars, stepS, marks, orders, priceDigits }), ...overlays],
    [bars, stepS, marks, orders, overlays, priceDigits],
  );
  return { series, marks };
}

function Legend({
  bar,
  hover,
  series,
  priceDigits,
}: {
  bar: Bar | undefined;
  hover: Hover | null;
  series: readonly Series[];
  priceDigits: number;
}) {
  if (bar === undefined) return null;
  const price = (value: number) => number(value, { digits: priceDigits });
  const change = bar.open > 0 ? (100 * (bar.close - bar.open)) / bar.open : 0;
  const lines = series.filter((each) => each.kind === "line" && each.title !== "");
  return (
    <p className="figure flex flex-wrap gap-x-3 text-xs text-quiet">
      <span>{clock(bar.openNs)}</span>
      <span>
        O {price(bar.open)} H {price(bar.high)} L {price(bar.low)} C {price(bar.close)}
      </span>
      <span className={change < 0 ? "text-down" : "text-up"}>
        {number(change, { digits: 2, sign: true })} %
      </span>
      <span>V {number(bar.volume, { digits: { min: 0, max: 4 } })}</span>
      {lines.map((line) => {
        const value = hover?.values[line.id];
        return value === undefined ? null : (
          <span key={line.id}>
            {line.title} {number(value, { digits: line.digits ?? 2 })}
          </span>
        );
      })}
    </p>
  );
}

function TradesUnder({ marks, priceDigits }: { marks: readonly TradeMark[]; priceDigits: number }) {
  if (marks.length === 0) return null;
  return (
    <ul className="figure flex flex-wrap gap-x-4 text-xs">
      {marks.map((mark) => {
        const { size, price } = markSum(mark);
        return (
          <li key={mark.side} className={mark.side === "buy" ? "text-up" : "text-down"}>
            {mark.side === "buy" ? "▲ bought" : "▼ sold"}{" "}
            {number(size, { digits: { min: 0, max: 8 } })} at{" "}
            {number(price, { digits: priceDigits })}
            {mark.fills.length > 1 && ` in ${mark.fills.length} fills`}
            <span className="ml-2 font-sans text-quiet">{mark.fills[0]?.reason}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** Candles with volume, indicators, our orders as levels and our fills as triangles. */
export function CandleChart(props: CandleChartProps) {
  const { series, marks } = useTerms(props);
  const [hover, setHover] = useState<Hover | null>(null);
  const onHover = useCallback((next: Hover) => setHover(next.time === null ? null : next), []);
  const time = hover?.time ?? null;
  const bar =
    time === null ? props.bars.at(-1) : props.bars.find((each) => each.openNs === time * NS_PER_S);
  const paneCount = series.some((each) => each.pane === 2) ? 3 : 2;
  return (
    <div>
      <div className="flex min-h-9 flex-col justify-center px-4 py-1" aria-live="off">
        <Legend bar={bar} hover={hover} series={series} priceDigits={props.priceDigits} />
        <TradesUnder
          marks={time === null ? [] : marksAt(marks, time)}
          priceDigits={props.priceDigits}
        />
      </div>
      <Chart
        label={`Price of ${props.name} with volume and our trades`}
        series={series}
        height={props.height}
        panes={paneCount === 3 ? [6, 1.4, 1.6] : [6, 1.4]}
        shaded={props.shaded}
        onHover={onHover}
      />
    </div>
  );
}
