"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { untilMade } from "@/data/being-made";
import { get, post } from "@/data/client";
import { askedTold, ONCE_MS } from "@/data/freshness";
import { problemOf } from "@/data/problem";
import type { Schema } from "@/data/schemas";
import { money, percent } from "@/format/number";
import { Badge } from "@/ui/badge";
import { BeingMadeNote } from "@/ui/being-made";
import { Button } from "@/ui/button";
import { Time } from "@/ui/figure";
import { Panel } from "@/ui/panel";
import { Answered, Failure } from "@/ui/states";
import { type Column, Table } from "@/ui/table";
import { useStress } from "./queries";

type Row = Schema<"StressRow">;

const COLUMNS: readonly Column<Row>[] = [
  {
    key: "title",
    label: "Scenario",
    value: (row) => row.title,
    cell: (row) => (
      <span title={row.meaning}>
        {row.title}
        <span className="block max-w-prose text-xs text-quiet max-md:hidden">{row.meaning}</span>
      </span>
    ),
  },
  {
    key: "loss",
    label: "Loss",
    isNumber: true,
    value: (row) => Number(row.loss),
    cell: (row) => money(row.loss),
  },
  {
    key: "of_equity",
    label: "Of equity",
    isNumber: true,
    value: (row) => row.of_equity,
    cell: (row) => percent(row.of_equity),
  },
  {
    key: "after",
    label: "After it",
    from: "sm",
    value: (row) => row.limits.join("; "),
    cell: (row) => (
      <span className="text-xs">
        {row.is_liquidated && <Badge tone="bad">liquidated</Badge>}{" "}
        <span className="text-quiet">{row.limits.join("; ") || "nothing is refused"}</span>
      </span>
    ),
  },
];

/** What the present book loses in each scenario; made anew when it is asked for. */
export function StressPanel({ className }: { className?: string }) {
  const stress = useStress();
  const queries = useQueryClient();
  const anew = useMutation({
    mutationFn: async () =>
      untilMade(
        await post("/api/v1/risk/stress"),
        () => get("/api/v1/risk/stress"),
        (made, begunNs) => made.made_ns >= begunNs,
      ),
    onSuccess: (made) => queries.setQueryData(["risk", "stress"], made),
  });
  return (
    <Panel
      title="Stress"
      note={
        stress.data && (
          <>
            made <Time ns={stress.data.made_ns} />
          </>
        )
      }
      actions={
        <Button isBusy={anew.isPending} onClick={() => anew.mutate()}>
          Make anew
        </Button>
      }
      tell={() => askedTold(stress.dataUpdatedAt, ONCE_MS)}
      className={className}
      isFlush
    >
      {anew.isError && <Failure error={problemOf(anew.error)} onRetry={() => anew.mutate()} />}
      {stress.making && <BeingMadeNote making={stress.making} />}
      <Answered query={stress} rows={8}>
        {(answer) => (
          <>
            <Table
              label="Scenarios"
              columns={COLUMNS}
              rows={answer.items}
              rowKey={(row) => row.scenario}
              sortedBy="-loss"
              pageSize={12}
              empty="No scenario is known."
            />
            {answer.notes.map((note) => (
              <p key={note} className="px-4 py-2 text-xs text-quiet">
                {note}
              </p>
            ))}
          </>
        )}
      </Answered>
    </Panel>
  );
}
