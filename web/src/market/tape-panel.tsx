"use client";

import type { Schema } from "@/data/schemas";
import { placesOf } from "@/format/number";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { useTrades } from "./queries";
import { tapeOf } from "./readings";
import { TapeTable } from "./tape-table";

type Product = Schema<"Product">;

/** The market's own trades as they happen. */
export function TapePanel({ product, className }: { product: Product; className?: string }) {
  const trades = useTrades(product.name);
  return (
    <Panel title="Tape" ageS={product.age_s} staleAfterS={30} className={className} isFlush>
      <Answered query={trades} rows={8}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>No trade was seen yet; the first one appears by itself.</Empty>
          ) : (
            <TapeTable
              tape={tapeOf(items)}
              priceDigits={placesOf(product.tick_size)}
              sizeDigits={Math.min(placesOf(product.lot_size), 6)}
              base={product.base}
            />
          )
        }
      </Answered>
    </Panel>
  );
}
