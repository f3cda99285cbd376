"use client";

import { percent } from "@/format/number";
import { clock, utc } from "@/format/time";
import { healthyShare, type HealthSpan, placeOf, spansIn } from "./health-spans";

interface HealthStripProps {
  spans: readonly HealthSpan[];
  fromNs: number;
  untilNs: number;
}

const PAINTS: Record<string, string> = {
  gap: "bg-bad",
  resync: "bg-warn",
};

/** When the data could not be trusted, over the stretch that the chart above covers. */
export function HealthStrip({ spans, fromNs, untilNs }: HealthStripProps) {
  const shown = spansIn(spans, fromNs, untilNs);
  const kinds = [...new Set(shown.map((span) => span.kind))];
  const share = healthyShare(spans, fromNs, untilNs);
  return (
    <figure className="px-4 pt-1 pb-3">
      <div className="relative h-2.5 overflow-hidden rounded-sm bg-good/60">
        {shown.map((span) => {
          const { left, width } = placeOf(span, fromNs, untilNs);
          const seconds = ((span.untilNs - span.fromNs) / 1e9).toFixed(1);
          return (
            <div
              key={`${span.kind}${span.fromNs}`}
              title={`${span.kind}: ${seconds} s from ${utc(span.fromNs)}`}
              className={`absolute inset-y-0 ${PAINTS[span.kind] ?? "bg-warn"}`}
              style={{ left: `${left}%`, width: `${width}%` }}
            />
          );
        })}
      </div>
      <figcaption className="mt-1 flex flex-wrap justify-between gap-x-4 text-xs text-quiet">
        <span className="figure">{clock(fromNs)}</span>
        <span>
          feed healthy {percent(share, { digits: share === 1 || share < 0.9 ? 0 : 3 })} of this time
          {shown.length > 0 && `; ${shown.length} × ${kinds.join(", ")}`}
        </span>
        <span className="figure">{clock(untilNs)}</span>
      </figcaption>
    </figure>
  );
}
