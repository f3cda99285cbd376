"use client";

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { get } from "@/data/client";
import { askedTold, ONCE_MS } from "@/data/freshness";
import type { components } from "@/data/openapi";
import { useMay } from "@/data/session";
import { useStatus } from "@/data/status";
import { isApart } from "@/format/time";
import { useAddress } from "@/state/address";
import { Button } from "@/ui/button";
import { SideSheet } from "@/ui/dialog";
import { Time } from "@/ui/figure";
import { Search } from "@/ui/form";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { type Column, Table } from "@/ui/table";
import { AuditVerification } from "./audit-verification";

type Row = components["schemas"]["AuditShape"];
const PAGE = 50;

/** When it was; in a replay the reader is told of what is not by the market's clock. */
function When({ row }: { row: Row }) {
  const marketNs = useStatus()?.now_ns;
  return (
    <>
      <Time ns={row.ts_ns} withDay />
      {row.clock === "machine" && isApart(marketNs, Date.now()) && (
        <span
          className="ml-1.5 text-xs text-quiet"
          title="by this machine's clock; the trader's records go by the market's"
        >
          machine
        </span>
      )}
    </>
  );
}

const COLUMNS: readonly Column<Row>[] = [
  {
    key: "seq",
    label: "Record",
    isNumber: true,
    width: "80px",
    value: (row) => row.seq,
    cell: (row) => row.seq,
  },
  {
    key: "ts_ns",
    label: "Time",
    value: (row) => row.ts_ns,
    cell: (row) => <When row={row} />,
  },
  { key: "actor", label: "Who", value: (row) => row.actor, cell: (row) => row.actor },
  { key: "action", label: "What", value: (row) => row.action, cell: (row) => row.action },
  {
    key: "object_id",
    label: "To what",
    from: "sm",
    value: (row) => row.object_id,
    cell: (row) => <span className="figure text-xs">{row.object_id}</span>,
  },
  {
    key: "payload",
    label: "All of it",
    from: "md",
    value: (row) => JSON.stringify(row.payload),
    cell: (row) => (
      <span className="block max-w-[60ch] truncate font-mono text-xs text-quiet">
        {JSON.stringify(row.payload)}
      </span>
    ),
  },
];

function useAudit(text: string, isAsked: boolean) {
  return useInfiniteQuery({
    queryKey: ["audit", text],
    queryFn: ({ pageParam, signal }) =>
      get("/api/v1/audit/search", { query: { text, limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    enabled: isAsked,
  });
}

/** Who did what, when and why; found by words, and proved to be whole. */
export function Audit({ className }: { className?: string }) {
  const mayAudit = useMay("audit");
  const [text, setText] = useAddress("audit", "");
  const [open, setOpen] = useState<Row | null>(null);
  const query = useAudit(useDeferredValue(text), mayAudit);
  const rows = query.data?.pages.flatMap((page) => page.items);
  return (
    <Panel
      title="Audit"
      note="a chain of hashes, newest first"
      tell={() => askedTold(query.dataUpdatedAt, ONCE_MS)}
      className={className}
      isFlush
      actions={mayAudit && <Search label="Search the audit" value={text} onChange={setText} />}
    >
      {!mayAudit ? (
        <Empty>A risk officer or an admin can read the audit.</Empty>
      ) : (
        <>
          <AuditVerification />
          <Answered query={{ ...query, data: rows }} rows={8}>
            {(found) => (
              <Table
                label="Audit"
                columns={COLUMNS}
                rows={found}
                rowKey={(row) => String(row.seq)}
                onOpen={setOpen}
                csv="audit.csv"
                empty={
                  text ? "No record holds these words so far." : "The chain has no record yet."
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
                Look further back
              </Button>
            </div>
          )}
        </>
      )}
      <SideSheet
        title={`Record ${open?.seq ?? ""}`}
        isOpen={open !== null}
        onClose={() => setOpen(null)}
      >
        <pre className="thin-scroll overflow-x-auto font-mono text-xs whitespace-pre-wrap">
          {JSON.stringify(open, null, 2)}
        </pre>
      </SideSheet>
    </Panel>
  );
}
