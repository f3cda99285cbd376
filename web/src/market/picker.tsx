"use client";

import { compact, percent, price } from "@/format/number";
import { age } from "@/format/time";
import { shortName } from "@/format/words";
import { Figure } from "@/ui/figure";
import { Light } from "@/ui/badge";
import type { Product } from "./queries";
import { daySpan } from "./readings";

interface PickerProps {
  products: readonly Product[];
  chosen: string;
  onChoose: (name: string) => void;
  className?: string;
}

function Change({ product }: { product: Product }) {
  return <Figure value={product.change} text={percent(product.change, { sign: true })} isColored />;
}

/** The instruments of the run, each with its price; one of them is shown. */
export function Picker({ products, chosen, onChoose, className }: PickerProps) {
  return (
    <div
      role="group"
      aria-label="Instrument"
      className={`thin-scroll flex gap-2 overflow-x-auto p-0.5 ${className ?? ""}`}
    >
      {products.map((product) => (
        <button
          key={product.name}
          type="button"
          aria-pressed={product.name === chosen}
          onClick={() => onChoose(product.name)}
          className="flex min-w-44 shrink-0 flex-col rounded-md border border-line bg-panel px-3 py-2 text-left hover:bg-raised aria-pressed:border-accent"
        >
          <span className="flex items-center gap-2">
            <Light state={product.is_healthy ? "good" : "bad"} />
            <span className="font-medium">{shortName(product.name)}</span>
            <span className="ml-auto text-xs text-quiet">
              {product.is_healthy ? age(product.age_s) : product.health}
            </span>
          </span>
          <span className="flex items-baseline justify-between gap-3">
            <Figure
              value={product.last}
              text={price(product.last, product.tick_size)}
              className="text-lg"
            />
            <Change product={product} />
          </span>
          <span className="figure text-xs text-quiet">
            {compact(product.volume)} {product.base} in {daySpan(product)}
          </span>
        </button>
      ))}
    </div>
  );
}
