"use client";

import { useRouter } from "next/navigation";
import { memo } from "react";
import type { Order } from "@/data/shapes";
import { statusTell } from "@/data/use-live";
import { price, size } from "@/format/number";
import { age } from "@/format/time";
import { counted, shortName } from "@/format/words";
import { Figure } from "@/ui/figure";
import { Panel } from "@/ui/panel";
import { type Column, Table } from "@/ui/table";
import { Side } from "@/ui/side";

const COLUMNS: readonly Column<Order>[] = [
  {
    key: "name",
    label: "Instrument",
    value: (row) => row.name,
    cell: (row) => shortName(row.name),
  },
  {
    key: "side",
    label: "Order",
    value: (row) => `${row.side} ${row.kind}`,
    cell: (row) => (
      <span className="whitespace-nowrap">
        <Side side={row.side} /> <span className="text-quiet">{row.kind}</span>
      </span>
    ),
  },
  {
    key: "leaves",
    label: "Left",
    isNumber: true,
    value: (row) => row.leaves,
    cell: (row) => <Figure value={row.leaves} text={size(row.leaves)} />,
  },
  {
    key: "price",
    label: "Price",
    isNumber: true,
    value: (row) => row.price || row.trigger,
    cell: (row) => <Figure value={row.price} text={price(row.price || row.trigger)} />,
  },
  {
    key: "age",
    label: "Age",
    isNumber: true,
    from: "sm",
    value: (row) => row.age_s,
    cell: (row) => <span className="text-quiet">{age(row.age_s)}</span>,
  },
];

interface OpenOrdersProps {
  orders: readonly Order[];
  className?: string;
}

/** Orders that are not over; a row leads to why it was made. */
export const OpenOrders = memo(function OpenOrders({ orders, className }: OpenOrdersProps) {
  const router = useRouter();
  return (
    <Panel
      title="Open orders"
      note={counted(orders.length, "order")}
      tell={statusTell}
      className={className}
      isFlush
    >
      <Table
        label="Open orders"
        columns={COLUMNS}
        rows={orders}
        rowKey={(row) => row.order_id}
        onOpen={(row) => router.push(`/orders/?order=${row.order_id}`)}
        empty="No order is open."
      />
    </Panel>
  );
});
