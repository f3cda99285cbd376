"use client";

/** Every order with its reason; a row opens why it was made. */

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo } from "react";
import { get } from "@/data/client";
import { askedTold, type Tell } from "@/data/freshness";
import { useConnection } from "@/data/live";
import { useChannel, useStatus } from "@/data/status";
import { streamedNow } from "@/data/use-live";
import { number, price, size } from "@/format/number";
import { baseOf, counted, shortName } from "@/format/words";
import { useAddress } from "@/state/address";
import { Badge, type Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Figure, Time } from "@/ui/figure";
import { Choice, Search } from "@/ui/form";
import { Panel } from "@/ui/panel";
import { Side } from "@/ui/side";
import { Answered } from "@/ui/states";
import { type Column, Table } from "@/ui/table";
import { OF_STATE, type OrderFilter, withLatest } from "./latest";
import type { OrderShape } from "./shapes";
import { WhySheet } from "./why";

const PAGE = 200;
const REFRESH_MS = 2000;

const TONES: Record<string, Tone> = {
  open: "accent",
  waiting: "accent",
  filled: "good",
  refused: "bad",
  rejected: "bad",
  "partly-filled": "good",
};

const COLUMNS: readonly Column<OrderShape>[] = [
  {
    key: "decided_ns",
    label: "Time",
    value: (row) => row.decided_ns,
    cell: (row) => <Time ns={row.decided_ns} />,
  },
  {
    key: "instrument",
    label: "Instrument",
    value: (row) => row.instrument,
    cell: (row) => <span className="whitespace-nowrap">{shortName(row.instrument)}</span>,
  },
  {
    key: "order",
    label: "Order",
    value: (row) => `${row.side} ${row.kind}`,
    cell: (row) => (
      <span className="whitespace-nowrap">
        <Side side={row.side} /> <span className="text-quiet">{row.kind}</span>
      </span>
    ),
  },
  {
    key: "size",
    label: "Size",
    isNumber: true,
    from: "sm",
    value: (row) => row.size,
    cell: (row) =>
      row.size === null ? (
        <Figure value={row.amount} unit="money" />
      ) : (
        <Figure value={row.size} text={size(row.size)} unit={baseOf(row.instrument)} />
      ),
  },
  {
    key: "filled",
    label: "Filled",
    isNumber: true,
    from: "md",
    value: (row) => row.filled,
    cell: (row) => size(row.filled),
  },
  {
    key: "price",
    label: "Price",
    isNumber: true,
    from: "sm",
    value: (row) => row.average_price ?? row.price ?? row.trigger,
    cell: (row) => (
      <span title={row.average_price === null ? "asked for" : "on average"}>
        {price(row.average_price ?? row.price ?? row.trigger)}
      </span>
    ),
  },
  {
    key: "fees",
    label: "Fees",
    isNumber: true,
    from: "lg",
    value: (row) => row.fees,
    cell: (row) => number(row.fees, { digits: 2 }),
  },
  {
    key: "state",
    label: "State",
    value: (row) => row.state,
    cell: (row) => <Badge tone={TONES[row.state] ?? "neutral"}>{row.state}</Badge>,
  },
  {
    key: "reason",
    label: "Why",
    value: (row) => row.reason,
    cell: (row) => (
      <span className="block max-w-[44ch] truncate text-quiet" title={row.reason}>
        {row.reason}
      </span>
    ),
  },
  {
    key: "order_id",
    label: "Id",
    from: "lg",
    value: (row) => row.order_id,
    cell: (row) => <span className="figure text-xs text-quiet">{row.order_id}</span>,
  },
];

const STATES = [
  { value: "all", label: "All" },
  { value: "open", label: "Open" },
  { value: "filled", label: "Filled" },
  { value: "refused", label: "Refused" },
];
const SIDES = [
  { value: "all", label: "Both sides" },
  { value: "buy", label: "Buys" },
  { value: "sell", label: "Sells" },
];

function askedOf({ state, side, text }: OrderFilter) {
  return {
    limit: PAGE,
    state: OF_STATE[state] as ("open" | "filled")[] | undefined,
    side: side === "all" ? undefined : (side as "buy" | "sell"),
    text,
  };
}

/** Return every order that fits, whatever the page has loaded: a file holds all of them. */
async function everyOrder(filter: OrderFilter): Promise<OrderShape[]> {
  const found: OrderShape[] = [];
  let cursor: string | undefined;
  do {
    const page = await get("/api/v1/orders", { query: { ...askedOf(filter), cursor } });
    found.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

function useOrders(filter: OrderFilter) {
  const { state, side, text } = filter;
  const latest = useChannel<OrderShape[]>("order_latest")?.body;
  const isStreamed = useConnection().connection === "live" && latest !== undefined;
  const query = useInfiniteQuery({
    queryKey: ["orders", state, side, text],
    queryFn: ({ pageParam, signal }) =>
      get("/api/v1/orders", { query: { ...askedOf(filter), cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    // Older pages do not change; somebody who reads them is not disturbed.
    refetchInterval: (each) =>
      isStreamed || (each.state.data?.pages.length ?? 1) > 1 ? false : REFRESH_MS,
  });
  const { data, dataUpdatedAt } = query;
  const rows = useMemo(() => {
    const found = data?.pages.flatMap((page) => page.items);
    return found && withLatest(found, isStreamed ? latest : undefined, { state, side, text });
  }, [data, isStreamed, latest, state, side, text]);
  const tell: Tell = () =>
    isStreamed ? streamedNow("order_latest", "journal") : askedTold(dataUpdatedAt, REFRESH_MS);
  return { query, rows, tell };
}

export function Orders() {
  const [search, setSearch] = useAddress("search", "");
  const [state, setState] = useAddress("state", "all");
  const [side, setSide] = useAddress("side", "all");
  const [open, setOpen] = useAddress("order", "");
  const words = useDeferredValue(search);
  const status = useStatus();
  const { query, rows, tell } = useOrders({ state, side, text: words });
  return (
    <>
      <h1 className="sr-only">Orders</h1>
      <Panel
        title="Orders"
        note={
          status
            ? `${counted(status.counts.orders_sent, "order")} sent, ${status.counts.orders_refused} refused, ${counted(status.counts.fills, "fill")}`
            : undefined
        }
        tell={tell}
        isFlush
        actions={
          <>
            <Choice label="State" value={state} options={STATES} onChange={setState} />
            <Choice label="Side" value={side} options={SIDES} onChange={setSide} />
            <Search value={search} onChange={setSearch} label="Search orders" />
          </>
        }
      >
        <Answered query={{ ...query, data: rows }} rows={12}>
          {(found) => (
            <Table
              label="Orders"
              columns={COLUMNS}
              rows={found}
              rowKey={(row) => row.order_id}
              onOpen={(row) => setOpen(row.order_id)}
              openKey={open}
              sortedBy="-decided_ns"
              csv="orders.csv"
              everyRow={() => everyOrder({ state, side, text: words })}
              empty={
                state === "all" && side === "all" && !words
                  ? "No order yet. The strategy sends one when a score passes its threshold."
                  : "No order is of this kind."
              }
            />
          )}
        </Answered>
        {query.hasNextPage && (
          <div className="border-t border-line p-2">
            <Button
              tone="quiet"
              isBusy={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              Load older orders
            </Button>
          </div>
        )}
      </Panel>
      <WhySheet orderId={open} onClose={() => setOpen("")} />
    </>
  );
}
