"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { get } from "@/data/client";
import { useRefreshOn } from "@/data/refresh";
import { money, price, size } from "@/format/number";
import { baseOf, shortName } from "@/format/words";
import { Time } from "@/ui/figure";
import { Panel } from "@/ui/panel";
import { Side } from "@/ui/side";
import { Answered, Empty, TextLink } from "@/ui/states";

const SHOWN = 12;
const KEY = ["fills", "latest"] as const;

/** What traded last, as it happens, each with the reason in words. */
export function Trades({ className }: { className?: string }) {
  const router = useRouter();
  useRefreshOn("trade_executed", KEY);
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => get("/api/v1/fills", { query: { limit: SHOWN }, signal }),
    refetchInterval: 2000,
  });
  return (
    <Panel
      title="Trades"
      note="as they happen"
      actions={<TextLink href="/orders/">All orders</TextLink>}
      className={className}
      isFlush
    >
      <Answered query={query} rows={6}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty>
              Nothing traded yet. The first trade comes when a score passes its threshold.
            </Empty>
          ) : (
            <ul className="divide-y divide-line">
              {page.items.map((fill) => (
                <li key={fill.fill_id}>
                  <button
                    type="button"
                    disabled={fill.order_id === null}
                    onClick={() => router.push(`/orders/?order=${fill.order_id}`)}
                    className="grid w-full grid-cols-[64px_1fr] gap-x-3 px-4 py-1.5 text-left hover:bg-raised sm:grid-cols-[64px_minmax(0,300px)_minmax(0,1fr)]"
                  >
                    <Time ns={fill.traded_ns} />
                    <span className="truncate">
                      <Side side={fill.side} />{" "}
                      <span className="figure">
                        {size(fill.size)} {baseOf(fill.instrument)}
                      </span>{" "}
                      <span className="text-quiet">at</span>{" "}
                      <span className="figure">{price(fill.price)}</span>
                    </span>
                    <span
                      className="truncate text-quiet max-sm:col-start-2"
                      title={`${shortName(fill.instrument)}, ${money(fill.notional)}: ${fill.reason}`}
                    >
                      {fill.reason}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
    </Panel>
  );
}
