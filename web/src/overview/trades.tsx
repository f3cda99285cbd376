"use client";

import { useRouter } from "next/navigation";
import { memo, useCallback } from "react";
import { get } from "@/data/client";
import type { Schema } from "@/data/schemas";
import { useLive } from "@/data/use-live";
import { money, price, size } from "@/format/number";
import { baseOf, shortName } from "@/format/words";
import { Time } from "@/ui/figure";
import { Panel } from "@/ui/panel";
import { Side } from "@/ui/side";
import { Answered, Empty, TextLink } from "@/ui/states";

const SHOWN = 12;
type Fill = Schema<"FillShape">;

/** A fill never changes: it is drawn once, whatever comes above it. */
const Row = memo(function Row({ fill, onOpen }: { fill: Fill; onOpen: (order: string) => void }) {
  return (
    <li>
      <button
        type="button"
        disabled={fill.order_id === null}
        onClick={() => onOpen(fill.order_id ?? "")}
        className="grid w-full grid-cols-[64px_1fr] gap-x-3 px-4 py-1.5 text-left hover:bg-raised sm:grid-cols-[64px_minmax(0,300px)_minmax(0,1fr)]"
      >
        <Time ns={fill.traded_ns} />
        <span className="truncate">
          <Side side={fill.side} />{" "}
          <span className="figure">
            {size(fill.size)} {baseOf(fill.instrument)}
          </span>{" "}
          <span className="text-quiet">at</span> <span className="figure">{price(fill.price)}</span>
        </span>
        <span
          className="truncate text-quiet max-sm:col-start-2"
          title={`${shortName(fill.instrument)}, ${money(fill.notional)}: ${fill.reason}`}
        >
          {fill.reason}
        </span>
      </button>
    </li>
  );
});

/** What traded last, as it happens, each with the reason in words. */
export function Trades({ className }: { className?: string }) {
  const router = useRouter();
  const open = useCallback((order: string) => router.push(`/orders/?order=${order}`), [router]);
  const trades = useLive<Fill[]>({
    channel: "trade_executed",
    source: "journal",
    queryKey: ["fills", "latest"],
    // Newest last, as the stream has them.
    ask: (signal) =>
      get("/api/v1/fills", { query: { limit: SHOWN }, signal }).then((page) =>
        page.items.toReversed(),
      ),
    everyMs: 2000,
  });
  return (
    <Panel
      title="Trades"
      note="as they happen"
      actions={<TextLink href="/orders/">All orders</TextLink>}
      tell={trades.tell}
      className={className}
      isFlush
    >
      <Answered query={trades} rows={6}>
        {(fills) =>
          fills.length === 0 ? (
            <Empty>
              Nothing traded yet. The first trade comes when a score passes its threshold.
            </Empty>
          ) : (
            <ul className="divide-y divide-line">
              {fills
                .slice(-SHOWN)
                .reverse()
                .map((fill) => (
                  <Row key={fill.fill_id} fill={fill} onOpen={open} />
                ))}
            </ul>
          )
        }
      </Answered>
    </Panel>
  );
}
