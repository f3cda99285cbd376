"use client";

import { memo, useMemo } from "react";
import { placesOf } from "@/format/number";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { type MarketProps, type MarketTrade, type Traded, useTrades } from "./queries";
import { tapeOf } from "./readings";
import { TapeTable } from "./tape-table";

function Tape({ items, traded }: { items: readonly MarketTrade[]; traded: Traded }) {
  const tape = useMemo(() => tapeOf(items).reverse(), [items]);
  return (
    <TapeTable
      tape={tape}
      priceDigits={placesOf(traded.tick_size)}
      sizeDigits={Math.min(placesOf(traded.lot_size), 6)}
      base={traded.base}
      quote={traded.quote}
    />
  );
}

/** The market's own trades as they happen. */
function MarketTape({ traded, marketTell, className }: MarketProps) {
  const trades = useTrades(traded.name);
  return (
    <Panel title="Tape" tell={[trades.tell, marketTell]} className={className} isFlush>
      <Answered query={trades} rows={8}>
        {(items) =>
          items.length === 0 ? (
            <Empty>No trade was seen yet; the first one appears by itself.</Empty>
          ) : (
            <Tape items={items} traded={traded} />
          )
        }
      </Answered>
    </Panel>
  );
}

export const TapePanel = memo(MarketTape);
