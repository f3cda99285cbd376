"use client";

import { useMemo } from "react";
import { number, placesOf } from "@/format/number";
import { useAddress } from "@/state/address";
import { Choice } from "@/ui/form";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { grouped, ladderOf, levelsBy } from "./depth";
import { DepthChart } from "./depth-chart";
import { Ladder } from "./ladder";
import { type DepthBody, marketTell, type Product, useDepth, useOpenOrders } from "./queries";

const ROWS = 12;
const GROUPS = [
  { value: "1", label: "tick" },
  { value: "10", label: "×10" },
  { value: "100", label: "×100" },
];

function useOwnPrices(name: string): ReadonlySet<number> {
  const orders = useOpenOrders();
  return useMemo(
    () => new Set(orders.filter((each) => each.name === name).map((each) => Number(each.price))),
    [orders, name],
  );
}

function useLevels(body: DepthBody | undefined) {
  return useMemo(
    () => ({ bids: levelsBy(body?.bids ?? {}, "bid"), asks: levelsBy(body?.asks ?? {}, "ask") }),
    [body?.bids, body?.asks],
  );
}

/** The book as the trader has it: the ladder, and what a market order would meet. */
export function BookPanels({ product, className }: { product: Product; className?: string }) {
  const book = useDepth(product.name);
  const { bids, asks } = useLevels(book.data);
  const [group, setGroup] = useAddress("group", "1");
  const own = useOwnPrices(product.name);
  const step = Number(product.tick_size) * (Number(group) || 1);
  const tell = [book.tell, marketTell(product)];
  return (
    <div className={`flex flex-col gap-4 ${className ?? ""}`}>
      <Panel
        title="Order book"
        note={book.data && (book.data.state === "open" ? undefined : book.data.state)}
        actions={
          <Choice label="Prices together" value={group} options={GROUPS} onChange={setGroup} />
        }
        tell={tell}
        isFlush
      >
        <Answered query={book} rows={14}>
          {() =>
            bids.length + asks.length === 0 ? (
              <Empty>
                The book is empty: this market is followed without depth, or just begins.
              </Empty>
            ) : (
              <Ladder
                ladder={ladderOf(grouped(bids, step, "bid"), grouped(asks, step, "ask"), ROWS)}
                ownPrices={own}
                priceDigits={placesOf(product.tick_size)}
                sizeDigits={Math.min(placesOf(product.lot_size), 6)}
                base={product.base}
                quote={product.quote}
              />
            )
          }
        </Answered>
      </Panel>
      <Panel
        title="Depth"
        note={book.data && `imbalance ${number(book.data.imbalance, { sign: true })}`}
        tell={tell}
        isFlush
      >
        <Answered query={book} rows={6}>
          {() =>
            bids.length * asks.length === 0 ? (
              <Empty>Depth is drawn once both sides of the book are there.</Empty>
            ) : (
              <DepthChart bids={bids} asks={asks} base={product.base} />
            )
          }
        </Answered>
      </Panel>
    </div>
  );
}
