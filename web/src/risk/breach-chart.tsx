"use client";

import { Measured } from "@/charts/measured";
import { linear, tickDigits, ticks } from "@/charts/scale";
import type { Schema } from "@/data/schemas";
import { percent } from "@/format/number";
import { day } from "@/format/time";

interface BreachChartProps {
  cone: Schema<"VarCone">;
  height?: number;
}

const FOOT = 20;
const SIDE = 60;

/** Each period's return as a bar beside the loss forecast before it; what went beyond is marked. */
export function BreachChart({ cone, height = 180 }: BreachChartProps) {
  const { returns, forecasts, instants } = cone;
  const broken = new Set(cone.breaches);
  const low = Math.min(...returns, ...forecasts.map((each) => -each));
  const high = Math.max(0, ...returns);
  const label = `Returns of ${cone.horizon} and the loss forecast at ${percent(cone.level, { digits: 0 })}: ${broken.size} of ${returns.length} went beyond it`;
  return (
    <Measured height={height} label={label}>
      {(width) => {
        const x = linear(0, returns.length, 0, width - SIDE);
        const y = linear(low * 1.05, high * 1.05, height - FOOT, 4);
        const rows = ticks(low, high, 4);
        const wide = Math.max(0.75, (width - SIDE) / returns.length - 0.5);
        const line = forecasts.map((each, place) => `${x(place + 0.5)},${y(-each)}`);
        return (
          <>
            {rows.map((tick) => (
              <text
                key={tick}
                x={width}
                y={y(tick) + 4}
                textAnchor="end"
                className="fill-quiet font-mono text-xs"
              >
                {percent(tick, { digits: Math.max(0, tickDigits(rows) - 2), sign: true })}
              </text>
            ))}
            {returns.map((value, place) => (
              <rect
                key={instants[place]}
                x={x(place)}
                y={Math.min(y(value), y(0))}
                width={wide}
                height={Math.max(0.5, Math.abs(y(value) - y(0)))}
                className={broken.has(place) ? "fill-down" : "fill-line-strong"}
              >
                <title>{`${day(instants[place])}: ${percent(value, { sign: true })}, forecast ${percent(-(forecasts[place] ?? 0))}`}</title>
              </rect>
            ))}
            <path d={`M${line.join("L")}`} fill="none" className="stroke-accent" />
            {cone.breaches.map((place) => (
              <circle
                key={place}
                cx={x(place + 0.5)}
                cy={y(returns[place] ?? 0)}
                r={3}
                className="fill-down"
              />
            ))}
            <text x={0} y={height - 5} className="fill-quiet text-xs">
              {day(instants[0])}
            </text>
            <text x={width - SIDE} y={height - 5} textAnchor="end" className="fill-quiet text-xs">
              {day(instants.at(-1))}
            </text>
          </>
        );
      }}
    </Measured>
  );
}
