"use client";

import { Measured } from "./measured";
import { linear, tickDigits, ticks } from "./scale";

/** How many values are from one bound to before the other. */
export interface Bin {
  from: number;
  until: number;
  count: number;
}

interface Mark {
  value: number;
  name: string;
}

interface HistogramChartProps {
  label: string;
  bins: readonly Bin[];
  /** How a value of the axis is written. */
  written: (value: number, digits: number) => string;
  /** Values marked with a line, such as the mean and the value at risk. */
  marks?: readonly Mark[];
  height?: number;
}

const FOOT = 20;
const HEAD = 18;

function Marked({
  mark,
  at,
  width,
  floor,
}: {
  mark: Mark;
  at: number;
  width: number;
  floor: number;
}) {
  const anchor = at < 60 ? "start" : at > width - 60 ? "end" : "middle";
  return (
    <g>
      <line x1={at} x2={at} y1={HEAD} y2={floor} className="stroke-text" strokeDasharray="3 3" />
      <text x={at} y={12} textAnchor={anchor} className="fill-quiet text-xs">
        {mark.name}
      </text>
    </g>
  );
}

// A bin on both sides of zero is neither gain nor loss.
function inkOf(bin: Bin): string {
  if (bin.from < -1e-15 && bin.until > 1e-15) return "fill-quiet";
  return bin.until <= 1e-15 ? "fill-down" : "fill-up";
}

/** How often values of a size came; losses and gains apart. */
export function HistogramChart(props: HistogramChartProps) {
  const { label, bins, written, marks = [], height = 200 } = props;
  const low = bins[0]?.from ?? 0;
  const high = bins.at(-1)?.until ?? 1;
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  const floor = height - FOOT;
  return (
    <Measured height={height} label={label}>
      {(width) => {
        const x = linear(low, high, 4, width - 4);
        const y = linear(0, most, floor, HEAD);
        const axis = ticks(low, high, Math.max(2, Math.floor(width / 90)));
        const digits = tickDigits(axis);
        return (
          <>
            {bins.map((bin) => (
              <rect
                key={bin.from}
                x={x(bin.from) + 0.5}
                y={y(bin.count)}
                width={Math.max(1, x(bin.until) - x(bin.from) - 1)}
                height={floor - y(bin.count)}
                className={inkOf(bin)}
                opacity={0.8}
              >
                <title>
                  {`${written(bin.from, digits + 1)} to ${written(bin.until, digits + 1)}: ${bin.count}`}
                </title>
              </rect>
            ))}
            <line x1={0} x2={width} y1={floor} y2={floor} className="stroke-line-strong" />
            {axis.map((tick) => (
              <text
                key={tick}
                x={Math.min(Math.max(x(tick), 22), width - 22)}
                y={height - 5}
                textAnchor="middle"
                className="fill-quiet font-mono text-xs"
              >
                {written(tick, digits)}
              </text>
            ))}
            {marks.map((mark) => (
              <Marked key={mark.name} mark={mark} at={x(mark.value)} width={width} floor={floor} />
            ))}
          </>
        );
      }}
    </Measured>
  );
}
