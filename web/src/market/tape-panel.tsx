"use client";

import { useMemo } from "react";
import { placesOf } from "@/format/number";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { type MarketTrade, marketTell, type Product, useTrades } from "./queries";
import { tapeOf } from "./readings";
import { TapeTable } from "./tape-table";

function Tape({ items, product }: { items: readonly MarketTrade[]; product: Product }) {
  const tape = useMemo(() => tapeOf(items).reverse(), [items]);
  return (
    <TapeTable
      tape={tape}
      priceDigits={placesOf(product.tick_size)}
      sizeDigits={Math.min(placesOf(product.lot_size), 6)}
      base={product.base}
      quote={product.quote}
    />
  );
}

/** The market's own trades as they happen. */
export function TapePanel({ product, className }: { product: Product; className?: string }) {
  const trades = useTrades(product.name);
  return (
    <Panel title="Tape" tell={[trades.tell, marketTell(product)]} className={className} isFlush>
      <Answered query={trades} rows={8}>
        {(items) =>
          items.length === 0 ? (
            <Empty>No trade was seen yet; the first one appears by itself.</Empty>
          ) : (
            <Tape items={items} product={product} />
          )
        }
      </Answered>
    </Panel>
  );
}
