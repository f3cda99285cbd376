"use client";

import { Measured } from "@/charts/measured";
import { linear, tickDigits, ticks } from "@/charts/scale";
import { number } from "@/format/number";
import { duration } from "@/format/time";
import type { ConePoint } from "./loss-cone";

interface ConeChartProps {
  cone: readonly ConePoint[];
  /** What the account did before now: seconds before now, negative, and its worth less that of now. */
  past: readonly { aheadS: number; change: number }[];
  currency: string;
  height?: number;
}

const FOOT = 20;
const SIDE = 64;

type Scale = (value: number) => number;

function areaOf(cone: readonly ConePoint[], key: "var" | "es", x: Scale, y: Scale): string {
  const lower = cone.map((at) => `${x(at.aheadS)},${y(-at[key])}`);
  const upper = cone.toReversed().map((at) => `${x(at.aheadS)},${y(at[key])}`);
  return `M${[...lower, ...upper].join("L")}Z`;
}

function hours(seconds: number): string {
  if (seconds === 0) return "now";
  return `${seconds < 0 ? "−" : "+"}${duration(Math.abs(seconds)).replace(" 00 m", "")}`;
}

/** How the account went, and how far it may fall from now on. */
export function ConeChart({ cone, past, currency, height = 240 }: ConeChartProps) {
  const last = cone.at(-1);
  if (last === undefined) return null;
  const first = Math.min(0, ...past.map((at) => at.aheadS));
  const reach = Math.max(last.es, ...past.map((at) => Math.abs(at.change))) * 1.08 || 1;
  const label = `In ${duration(last.aheadS)} the account may lose ${number(last.var)} ${currency}, and ${number(last.es)} ${currency} on average beyond that`;
  return (
    <Measured height={height} label={label}>
      {(width) => {
        const x = linear(first, last.aheadS, 0, width - SIDE);
        const y = linear(-reach, reach, height - FOOT, 4);
        const rows = ticks(-reach, reach, 5);
        const columns = ticks(first / 3600, last.aheadS / 3600, Math.max(2, width / 130));
        return (
          <>
            {rows.map((tick) => (
              <g key={tick}>
                <line x1={0} x2={width - SIDE} y1={y(tick)} y2={y(tick)} className="stroke-line" />
                <text
                  x={width}
                  y={y(tick) + 4}
                  textAnchor="end"
                  className="fill-quiet font-mono text-xs"
                >
                  {number(tick, { digits: tickDigits(rows), sign: true })}
                </text>
              </g>
            ))}
            <path d={areaOf(cone, "es", x, y)} className="fill-down" opacity={0.1} />
            <path d={areaOf(cone, "var", x, y)} className="fill-down" opacity={0.16} />
            {(["var", "es"] as const).map((key) => (
              <path
                key={key}
                d={`M${cone.map((at) => `${x(at.aheadS)},${y(-at[key])}`).join("L")}`}
                fill="none"
                className="stroke-down"
                strokeDasharray={key === "es" ? "4 3" : undefined}
                strokeWidth={1.2}
              />
            ))}
            {past.length > 1 && (
              <path
                d={`M${past.map((at) => `${x(at.aheadS)},${y(at.change)}`).join("L")}`}
                fill="none"
                className="stroke-accent"
                strokeWidth={1.4}
              />
            )}
            <line x1={x(0)} x2={x(0)} y1={0} y2={height - FOOT} className="stroke-line-strong" />
            {columns.map((tick) => (
              <text
                key={tick}
                x={Math.min(Math.max(x(tick * 3600), 16), width - SIDE - 16)}
                y={height - 5}
                textAnchor="middle"
                className="fill-quiet text-xs"
              >
                {hours(tick * 3600)}
              </text>
            ))}
          </>
        );
      }}
    </Measured>
  );
}
