"use client";

import { memo } from "react";
import { number } from "@/format/number";
import type { Ladder as LadderTerms, LadderRow } from "./depth";

interface LadderProps {
  ladder: LadderTerms;
  /** Prices of our own open orders, which are marked. */
  ownPrices: ReadonlySet<number>;
  priceDigits: number;
  sizeDigits: number;
  base: string;
  quote: string;
}

interface RowProps {
  row: LadderRow;
  isBid: boolean;
  isOwn: boolean;
  priceDigits: number;
  sizeDigits: number;
}

function LevelRow({ row, isBid, isOwn, priceDigits, sizeDigits }: RowProps) {
  const paint = isBid ? "var(--up)" : "var(--down)";
  return (
    <tr
      style={{
        // The bar is a background, so that rows stay as cheap as text while the book moves.
        background: `linear-gradient(to left, color-mix(in srgb, ${paint} 16%, transparent) ${row.share * 100}%, transparent 0)`,
      }}
    >
      <td className={`figure h-5 pl-4 ${isBid ? "text-up" : "text-down"}`}>
        {number(row.price, { digits: priceDigits })}
        {isOwn && <span className="ml-1 font-sans text-xs text-accent">ours</span>}
      </td>
      <td className="figure pr-2 text-right">{number(row.size, { digits: sizeDigits })}</td>
      <td className="figure pr-4 text-right text-quiet">
        {number(row.total, { digits: sizeDigits })}
      </td>
    </tr>
  );
}

/** Most levels stay as they are when the book moves. */
const Row = memo(
  LevelRow,
  (one, other) =>
    one.row.price === other.row.price &&
    one.row.size === other.row.size &&
    one.row.total === other.row.total &&
    one.row.share === other.row.share &&
    one.isOwn === other.isOwn,
);

/** The best prices of both sides, asks above bids, sizes added up away from the middle. */
export function Ladder({ ladder, ownPrices, priceDigits, sizeDigits, base, quote }: LadderProps) {
  const terms = { priceDigits, sizeDigits };
  return (
    <table className="w-full border-collapse text-sm" aria-label="Order book">
      <thead>
        <tr className="text-xs text-quiet">
          <th scope="col" className="h-7 pl-4 text-left font-medium">
            Price, {quote}
          </th>
          <th scope="col" className="pr-2 text-right font-medium">
            Size, {base}
          </th>
          <th scope="col" className="pr-4 text-right font-medium">
            Total, {base}
          </th>
        </tr>
      </thead>
      <tbody>
        {ladder.asks.toReversed().map((row) => (
          <Row
            key={`ask${row.price}`}
            row={row}
            isBid={false}
            isOwn={ownPrices.has(row.price)}
            {...terms}
          />
        ))}
        <tr className="border-y border-line bg-raised">
          <th scope="row" className="figure h-7 pl-4 text-left text-base font-medium">
            {number(ladder.mid, { digits: priceDigits })}
          </th>
          <td colSpan={2} className="figure pr-4 text-right text-xs text-quiet">
            spread {number(ladder.spread, { digits: priceDigits })}, {number(ladder.spreadBps)} bps
          </td>
        </tr>
        {ladder.bids.map((row) => (
          <Row
            key={`bid${row.price}`}
            row={row}
            isBid
            isOwn={ownPrices.has(row.price)}
            {...terms}
          />
        ))}
      </tbody>
    </table>
  );
}
