"use client";

import { memo } from "react";
import { Time } from "@/ui/figure";
import { number } from "@/format/number";
import { pressure, type TapeTrade } from "./tape";

interface TapeTableProps {
  tape: readonly TapeTrade[];
  priceDigits: number;
  sizeDigits: number;
  base: string;
  quote: string;
}

const SIGNS = { buy: "↑", sell: "↓", unknown: "·" } as const;
const TONES = { buy: "text-up", sell: "text-down", unknown: "text-quiet" } as const;

interface RowProps {
  trade: TapeTrade;
  priceDigits: number;
  sizeDigits: number;
}

function TradeRow({ trade, priceDigits, sizeDigits }: RowProps) {
  return (
    <tr>
      <td className="h-5 pl-4 text-quiet">
        <Time ns={trade.timeNs} />
      </td>
      <td className={`figure pr-2 text-right ${TONES[trade.side]}`}>
        {SIGNS[trade.side]} {number(trade.price, { digits: priceDigits })}
      </td>
      <td className="figure pr-4 text-right">{number(trade.size, { digits: sizeDigits })}</td>
    </tr>
  );
}

/** A trade never changes: it is drawn once, whatever comes above it. */
const Row = memo(TradeRow, (one, other) => one.trade.id === other.trade.id);

/** The market's latest trades, newest first, and who took more of the last of them. */
export function TapeTable({ tape, priceDigits, sizeDigits, base, quote }: TapeTableProps) {
  const { share } = pressure(tape);
  const bought = share === null ? 50 : share * 100;
  return (
    <div className="flex min-h-0 flex-col">
      <div className="px-4 pt-3 pb-2">
        <div className="flex justify-between text-xs">
          <span className="text-up">taken by buyers {number(bought, { digits: 0 })} %</span>
          <span className="text-down">by sellers {number(100 - bought, { digits: 0 })} %</span>
        </div>
        <div className="mt-1 flex h-1.5 overflow-hidden rounded-full bg-down" aria-hidden="true">
          <div className="bg-up" style={{ width: `${bought}%` }} />
        </div>
      </div>
      <div
        tabIndex={0}
        role="region"
        aria-label="Trades of the market"
        className="thin-scroll max-h-96 overflow-y-auto"
      >
        <table className="w-full border-collapse text-sm">
          <thead>
            <tr className="sticky top-0 bg-panel text-xs text-quiet">
              <th scope="col" className="h-7 pl-4 text-left font-medium">
                Time
              </th>
              <th scope="col" className="pr-2 text-right font-medium">
                Price, {quote}
              </th>
              <th scope="col" className="pr-4 text-right font-medium">
                Size, {base}
              </th>
            </tr>
          </thead>
          <tbody>
            {tape.map((trade) => (
              <Row key={trade.id} trade={trade} priceDigits={priceDigits} sizeDigits={sizeDigits} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
