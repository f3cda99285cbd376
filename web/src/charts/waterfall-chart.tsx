/** A waterfall of money, a row a part, each beginning where the last one ended. */

import { number } from "@/format/number";
import type { WaterfallBar } from "@/performance/waterfall";
import { linear } from "./scale";

interface WaterfallChartProps {
  label: string;
  bars: readonly WaterfallBar[];
  unit: string;
  digits?: number;
}

function toneOf(bar: WaterfallBar): string {
  if (bar.kind === "rest") return "bg-line-strong";
  return Number(bar.amount) < 0 ? "bg-down" : "bg-up";
}

function textTone(bar: WaterfallBar): string {
  const amount = Number(bar.amount);
  return amount < 0 ? "text-down" : amount > 0 ? "text-up" : "text-quiet";
}

export function WaterfallChart({ label, bars, unit, digits = 2 }: WaterfallChartProps) {
  const ends = bars.flatMap((bar) => [bar.from, bar.to]);
  const place = linear(Math.min(0, ...ends), Math.max(0, ...ends), 0, 100);
  return (
    <table className="w-full text-sm" aria-label={label}>
      <tbody>
        {bars.map((bar) => {
          const left = Math.min(place(bar.from), place(bar.to));
          const width = Math.abs(place(bar.to) - place(bar.from));
          const weight = bar.kind === "total" ? "font-semibold" : "font-normal";
          return (
            <tr
              key={bar.name}
              className={bar.kind === "total" ? "border-t border-line-strong" : ""}
            >
              <th scope="row" className={`w-[1%] py-1 pr-3 text-left whitespace-nowrap ${weight}`}>
                {bar.name}
              </th>
              <td className="py-1" aria-hidden="true">
                <div className="relative h-4">
                  <div
                    className="absolute inset-y-0 w-px bg-line-strong"
                    style={{ left: `${place(0)}%` }}
                  />
                  <div
                    className={`absolute inset-y-0.5 rounded-[1px] ${toneOf(bar)}`}
                    style={{ left: `${left}%`, width: `max(1px, ${width}%)` }}
                  />
                </div>
              </td>
              <td className={`figure w-[1%] py-1 pl-3 text-right ${weight} ${textTone(bar)}`}>
                {number(bar.amount, { digits, sign: true })}
                <span className="ml-1 text-[0.85em] text-quiet">{unit}</span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
