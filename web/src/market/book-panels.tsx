"use client";

import { memo, useMemo } from "react";
import { number, placesOf } from "@/format/number";
import { useAddress } from "@/state/address";
import { Choice } from "@/ui/form";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { grouped, ladderOf, levelsBy } from "./depth";
import { DepthChart } from "./depth-chart";
import { Ladder } from "./ladder";
import { type DepthBody, type MarketProps, useDepth, useOpenOrders } from "./queries";

const ROWS = 12;
const GROUPS = [
  { value: "1", label: "tick" },
  { value: "10", label: "×10" },
  { value: "100", label: "×100" },
];

function useOwnPrices(name: string): ReadonlySet<number> {
  const orders = useOpenOrders();
  const prices = orders.filter((each) => each.name === name).map((each) => each.price);
  const told = prices.join(" ");
  return useMemo(() => new Set(told.split(" ").map(Number)), [told]);
}

function useLevels(body: DepthBody | undefined) {
  return useMemo(
    () => ({ bids: levelsBy(body?.bids ?? {}, "bid"), asks: levelsBy(body?.asks ?? {}, "ask") }),
    [body?.bids, body?.asks],
  );
}

/** The book as the trader has it: the ladder, and what a market order would meet. */
function MarketBook({ traded, marketTell, className }: MarketProps) {
  const book = useDepth(traded.name);
  const { bids, asks } = useLevels(book.data);
  const [group, setGroup] = useAddress("group", "1");
  const own = useOwnPrices(traded.name);
  const step = Number(traded.tick_size) * (Number(group) || 1);
  const tell = [book.tell, marketTell];
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
                priceDigits={placesOf(traded.tick_size)}
                sizeDigits={Math.min(placesOf(traded.lot_size), 6)}
                base={traded.base}
                quote={traded.quote}
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
              <DepthChart bids={bids} asks={asks} base={traded.base} />
            )
          }
        </Answered>
      </Panel>
    </div>
  );
}

export const BookPanels = memo(MarketBook);
