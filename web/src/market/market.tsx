"use client";

/** One market: what it does, how good its data are, and what we did in it. */

import { useCallback, useEffect, useMemo, useRef } from "react";
import { MARKET_STALE_S, type Tell } from "@/data/freshness";
import { useAddress } from "@/state/address";
import { Answered, Empty } from "@/ui/states";
import { BookPanels } from "./book-panels";
import { ChartPanel } from "./chart-panel";
import { Picker } from "./picker";
import { type Product, type Traded, useProducts } from "./queries";
import { TapePanel } from "./tape-panel";

/** What of a market never moves: a panel that is told no more is not drawn anew with each price. */
function useTraded(product: Product): Traded {
  const { name, kind, base, quote, tick_size, lot_size } = product;
  return useMemo(
    () => ({ name, kind, base, quote, tick_size, lot_size }),
    [name, kind, base, quote, tick_size, lot_size],
  );
}

/** Return how fresh a market is: the stream may be well while its venue says nothing. */
function useMarketTell(product: Product): Tell {
  const ageS = useRef(product.age_s ?? 0);
  useEffect(() => {
    ageS.current = product.age_s ?? 0;
  });
  return useCallback(
    () => ({ receivedMs: Date.now(), ageS: ageS.current, staleAfterS: MARKET_STALE_S }),
    [],
  );
}

function Panels({ product }: { product: Product }) {
  const market = { traded: useTraded(product), marketTell: useMarketTell(product) };
  return (
    <>
      <ChartPanel {...market} className="xl:col-span-9" />
      <BookPanels {...market} className="xl:col-span-3 xl:row-span-2" />
      <TapePanel {...market} className="xl:col-span-9" />
    </>
  );
}

export function Market() {
  const products = useProducts();
  const [wanted, choose] = useAddress("instrument", "");
  return (
    <>
      <h1 className="sr-only">Market</h1>
      <Answered query={products} rows={12}>
        {(items) => {
          const product = items.find((each) => each.name === wanted) ?? items[0];
          if (product === undefined) {
            return <Empty>No market is followed yet; it begins when the trader has started.</Empty>;
          }
          return (
            <div className="grid grid-cols-1 gap-4 xl:grid-cols-12">
              <Picker
                products={items}
                chosen={product.name}
                onChoose={choose}
                className="xl:col-span-12"
              />
              <Panels product={product} />
            </div>
          );
        }}
      </Answered>
    </>
  );
}
