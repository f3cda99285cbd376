"use client";

/** One market: what it does, how good its data are, and what we did in it. */

import { useAddress } from "@/state/address";
import { Answered, Empty } from "@/ui/states";
import { BookPanels } from "./book-panels";
import { ChartPanel } from "./chart-panel";
import { Picker } from "./picker";
import { useProducts } from "./queries";
import { TapePanel } from "./tape-panel";

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
              <ChartPanel product={product} className="xl:col-span-9" />
              <BookPanels product={product} className="xl:col-span-3 xl:row-span-2" />
              <TapePanel product={product} className="xl:col-span-9" />
            </div>
          );
        }}
      </Answered>
    </>
  );
}
