"use client";

import { memo } from "react";
import { Measured } from "@/charts/measured";
import { linear, tickDigits, ticks } from "@/charts/scale";
import { compact, number } from "@/format/number";
import { depthEdges, type DepthPoint, depthSteps, type Level } from "./depth";

interface DepthChartProps {
  bids: readonly Level[];
  asks: readonly Level[];
  /** Unit of sizes. */
  base: string;
  height?: number;
}

type Scale = (value: number) => number;

const FOOT = 20;

interface SideProps {
  corners: readonly DepthPoint[];
  edge: number;
  x: Scale;
  y: Scale;
  isBid: boolean;
}

function Side({ corners, edge, x, y, isBid }: SideProps) {
  const line = corners.map((at, place) => `${place ? "L" : "M"}${x(at.price)},${y(at.total)}`);
  const closed = `${line.join("")}L${x(edge)},${y(0)}L${x(corners[0]?.price ?? edge)},${y(0)}Z`;
  return (
    <g>
      <path d={closed} className={isBid ? "fill-up" : "fill-down"} opacity={0.16} />
      <path
        d={line.join("")}
        fill="none"
        className={isBid ? "stroke-up" : "stroke-down"}
        strokeWidth={1.5}
      />
    </g>
  );
}

/** What a market order would meet: sizes added up from the best price outward, both sides. */
function Curves({ bids, asks, base, height = 180 }: DepthChartProps) {
  const edges = depthEdges(bids, asks);
  if (edges === null) return null;
  const below = depthSteps(bids, edges.low, "bid");
  const above = depthSteps(asks, edges.high, "ask");
  const [bid, ask] = [below.at(-1)?.total ?? 0, above.at(-1)?.total ?? 0];
  const label = `Depth: ${compact(bid)} ${base} bid and ${compact(ask)} ${base} asked in this range`;
  return (
    <Measured height={height} label={label}>
      {(width) => {
        const x = linear(edges.low, edges.high, 0, width);
        const y = linear(0, Math.max(bid, ask), height - FOOT, 8);
        const prices = ticks(edges.low, edges.high, Math.max(2, Math.floor(width / 110)));
        return (
          <>
            <Side corners={below} edge={edges.low} x={x} y={y} isBid />
            <Side corners={above} edge={edges.high} x={x} y={y} isBid={false} />
            <line x1={0} x2={width} y1={y(0)} y2={y(0)} className="stroke-line-strong" />
            {prices.map((tick) => (
              <text
                key={tick}
                x={Math.min(Math.max(x(tick), 34), width - 34)}
                y={height - 5}
                textAnchor="middle"
                className="fill-quiet font-mono text-xs"
              >
                {number(tick, { digits: tickDigits(prices) })}
              </text>
            ))}
            {ticks(0, Math.max(bid, ask), 3).map((tick) => (
              <text
                key={tick}
                x={4}
                y={Math.max(y(tick) - 3, 12)}
                className="fill-quiet font-mono text-xs"
              >
                {tick > 0 && `${compact(tick)} ${base}`}
              </text>
            ))}
          </>
        );
      }}
    </Measured>
  );
}

export const DepthChart = memo(Curves);
