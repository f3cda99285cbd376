"use client";

import { useMemo } from "react";
import type { Schema } from "@/data/schemas";
import { useStatus } from "@/data/status";
import { number, placesOf } from "@/format/number";
import { useAddress } from "@/state/address";
import { Choice } from "@/ui/form";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { grouped, ladderOf } from "./depth";
import { DepthChart } from "./depth-chart";
import { Ladder } from "./ladder";
import { useBook } from "./queries";
import { levelsOf } from "./readings";

const DEPTH = 100;
const ROWS = 12;
const GROUPS = [
  { value: "1", label: "tick" },
  { value: "10", label: "×10" },
  { value: "100", label: "×100" },
];

type Product = Schema<"Product">;

function useOwnPrices(name: string): ReadonlySet<number> {
  const orders = useStatus()?.orders;
  return useMemo(
    () =>
      new Set(
        (orders ?? []).filter((each) => each.name === name).map((each) => Number(each.price)),
      ),
    [orders, name],
  );
}

/** The book as the trader has it: the ladder, and what a market order would meet. */
export function BookPanels({ product, className }: { product: Product; className?: string }) {
  const book = useBook(product.name, DEPTH);
  const [group, setGroup] = useAddress("group", "1");
  const own = useOwnPrices(product.name);
  const step = Number(product.tick_size) * (Number(group) || 1);
  return (
    <div className={`flex flex-col gap-4 ${className ?? ""}`}>
      <Panel
        title="Order book"
        note={book.data && (book.data.state === "open" ? undefined : book.data.state)}
        actions={
          <Choice label="Prices together" value={group} options={GROUPS} onChange={setGroup} />
        }
        ageS={product.age_s}
        staleAfterS={30}
        isFlush
      >
        <Answered query={book} rows={14}>
          {(answer) =>
            answer.bids.length + answer.asks.length === 0 ? (
              <Empty>
                The book is empty: this market is followed without depth, or just begins.
              </Empty>
            ) : (
              <Ladder
                ladder={ladderOf(
                  grouped(levelsOf(answer.bids), step, "bid"),
                  grouped(levelsOf(answer.asks), step, "ask"),
                  ROWS,
                )}
                ownPrices={own}
                priceDigits={placesOf(product.tick_size)}
                sizeDigits={Math.min(placesOf(product.lot_size), 6)}
                base={product.base}
              />
            )
          }
        </Answered>
      </Panel>
      <Panel
        title="Depth"
        note={book.data && `imbalance ${number(book.data.imbalance, { sign: true })}`}
        ageS={product.age_s}
        staleAfterS={30}
        isFlush
      >
        <Answered query={book} rows={6}>
          {(answer) =>
            answer.bids.length * answer.asks.length === 0 ? (
              <Empty>Depth is drawn once both sides of the book are there.</Empty>
            ) : (
              <DepthChart
                bids={levelsOf(answer.bids)}
                asks={levelsOf(answer.asks)}
                base={product.base}
              />
            )
          }
        </Answered>
      </Panel>
    </div>
  );
}
