"use client";

/** Why an order happened and what became of it. */

import { useQuery } from "@tanstack/react-query";
import { type ReactNode } from "react";
import { get } from "@/data/client";
import { isKnown, number, percent, price, size } from "@/format/number";
import { shortName, spaced } from "@/format/words";
import { Badge } from "@/ui/badge";
import { ScoreBar, UseBar } from "@/ui/bar";
import { CopyLine } from "@/ui/copy-line";
import { SideSheet } from "@/ui/dialog";
import { Figure, Time } from "@/ui/figure";
import { Side } from "@/ui/side";
import { Answered } from "@/ui/states";
import { type Column, Table } from "@/ui/table";
import type { CheckShape, FillShape, OrderStory, ScoreShape } from "./shapes";
import { Waterfall } from "./waterfall-view";

function Section({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <section className="border-t border-line pt-4">
      <h3 className="mb-2 flex items-baseline gap-3 font-semibold">
        {title}
        {note && <span className="text-xs font-normal text-quiet">{note}</span>}
      </h3>
      {children}
    </section>
  );
}

function Scores({ scores }: { scores: readonly ScoreShape[] }) {
  return (
    <dl className="grid grid-cols-[minmax(96px,auto)_1fr_auto] items-center gap-x-4 gap-y-2">
      {scores.map((each) => (
        <div key={each.alpha} className="contents">
          <dt>{each.alpha}</dt>
          <dd>
            {each.score === null ? (
              <span className="text-quiet">not warm yet</span>
            ) : (
              <ScoreBar
                label={`Score of ${each.alpha}`}
                score={each.score}
                confidence={each.confidence ?? 1}
              />
            )}
          </dd>
          <dd className="text-right text-xs text-quiet">
            <Figure value={each.score} digits={2} sign className="text-sm text-text" /> · sure{" "}
            {percent(each.confidence, { digits: 0 })} · weight {number(each.weight)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Features({ features }: { features: Record<string, number | null> }) {
  return (
    <dl className="grid grid-cols-1 gap-x-8 sm:grid-cols-2">
      {Object.entries(features).map(([name, value]) => (
        <div key={name} className="flex justify-between gap-3 border-b border-line py-1">
          <dt className="min-w-0 truncate text-quiet" title={name}>
            {spaced(name)}
          </dt>
          <dd>
            <Figure value={value} digits={{ min: 0, max: 6 }} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What a check measured: the gate keeps ages in nanoseconds, and least sizes in lots. */
function Measured({ row, value }: { row: CheckShape; value: number | null }) {
  if (row.check === "stale-data" && value !== null) {
    return <Figure value={value / 1e9} digits={{ min: 0, max: 1 }} unit="s" />;
  }
  const unit = row.check === "min-size" || row.check === "short-not-allowed" ? "lots" : undefined;
  return <Figure value={value} digits={{ min: 0, max: 4 }} unit={unit} />;
}

const CHECKS: readonly Column<CheckShape>[] = [
  { key: "check", label: "Check", value: (row) => row.check, cell: (row) => spaced(row.check) },
  {
    key: "number",
    label: "Value",
    isNumber: true,
    value: (row) => row.number,
    cell: (row) => <Measured row={row} value={row.number} />,
  },
  {
    key: "limit",
    label: "Limit",
    isNumber: true,
    value: (row) => row.limit,
    cell: (row) => <Measured row={row} value={row.limit} />,
  },
  {
    key: "used",
    label: "Used",
    from: "sm",
    width: "96px",
    value: (row) => row.used,
    cell: (row) =>
      isKnown(row.used) ? <UseBar share={Number(row.used)} label={`Used of ${row.check}`} /> : "",
  },
  {
    key: "passed",
    label: "Verdict",
    value: (row) => (row.passed ? "passed" : "refused"),
    cell: (row) => (
      <Badge tone={row.passed ? "good" : "bad"}>{row.passed ? "passed" : "refused"}</Badge>
    ),
  },
];

const FILLS: readonly Column<FillShape>[] = [
  {
    key: "at",
    label: "Time",
    value: (row) => row.traded_ns,
    cell: (row) => <Time ns={row.traded_ns} />,
  },
  { key: "side", label: "Side", value: (row) => row.side, cell: (row) => <Side side={row.side} /> },
  {
    key: "size",
    label: "Size",
    isNumber: true,
    value: (row) => row.size,
    cell: (row) => size(row.size),
  },
  {
    key: "price",
    label: "Price",
    isNumber: true,
    value: (row) => row.price,
    cell: (row) => price(row.price),
  },
  {
    key: "fee",
    label: "Fee",
    isNumber: true,
    value: (row) => row.fee_value,
    cell: (row) => number(row.fee_value, { digits: 4 }),
  },
  {
    key: "kind",
    label: "As",
    from: "sm",
    value: (row) => (row.is_maker ? "maker" : "taker"),
    cell: (row) => (row.is_maker ? "maker" : "taker"),
  },
];

function Story({ story }: { story: OrderStory }) {
  const failed = story.checks.filter((check) => !check.passed).length;
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col gap-2">
        <p className="text-lg font-medium">{story.headline}</p>
        {story.sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      <Section title="Scores" note="at the decision; the bar's strength is the confidence">
        <Scores scores={story.scores} />
      </Section>
      <Section title="Latency" note="from the event it was decided on">
        <Waterfall stages={story.waterfall} />
      </Section>
      <Section
        title="Checks"
        note={failed ? `${failed} refused` : `all ${story.checks.length} passed`}
      >
        <Table
          label="Checks"
          columns={CHECKS}
          rows={story.checks}
          rowKey={(row) => row.check}
          empty="The gate has not judged it."
        />
      </Section>
      <Section title="Fills">
        <Table
          label="Fills"
          columns={FILLS}
          rows={story.fills}
          rowKey={(row) => row.fill_id}
          empty="Nothing traded of it."
        />
      </Section>
      <Section title="Features" note="what the alphas saw">
        <Features features={story.features} />
      </Section>
      <Section title="The same at a terminal">
        <CopyLine text={story.command} />
      </Section>
    </div>
  );
}

/** The side sheet of an order; closed for no id. */
export function WhySheet({ orderId, onClose }: { orderId: string; onClose: () => void }) {
  const query = useQuery({
    queryKey: ["why", orderId],
    queryFn: ({ signal }) =>
      get("/api/v1/orders/{order_id}/why", { path: { order_id: orderId }, signal }),
    enabled: orderId !== "",
    refetchInterval: 5000,
  });
  return (
    <SideSheet
      title={
        <>
          Why this order <span className="figure text-sm font-normal text-quiet">{orderId}</span>
        </>
      }
      isOpen={orderId !== ""}
      onClose={onClose}
    >
      <Answered query={query} rows={10}>
        {(story) => <Story story={story} />}
      </Answered>
    </SideSheet>
  );
}

/** Return the instrument of an order as its row shows it. */
export function instrumentOf(order: { instrument: string }): string {
  return shortName(order.instrument);
}
