"use client";

import { useMemo } from "react";
import { askedTold } from "@/data/freshness";
import { useStatus } from "@/data/status";
import type { Schema } from "@/data/schemas";
import { number, percent } from "@/format/number";
import { spaced } from "@/format/words";
import { useAddress } from "@/state/address";
import { Badge } from "@/ui/badge";
import { BeingMadeNote } from "@/ui/being-made";
import { Figure, Stat } from "@/ui/figure";
import { Choice } from "@/ui/form";
import { Panel } from "@/ui/panel";
import { type Column, Table } from "@/ui/table";
import { Answered, Empty } from "@/ui/states";
import { BreachChart } from "./breach-chart";
import { ConeChart } from "./cone-chart";
import { horizonSeconds, lossCone, type RiskNumber } from "./loss-cone";
import { BACKTEST_MS, useMeasured, useVarBacktest } from "./queries";

type Now = Schema<"RiskNow">;
type Test = Schema<"VarTest">;

const DAY_S = 86_400;
const STEPS = 48;
const PAST_S = 6 * 3_600;

const GATE = "the gate's";

/** Every number of one model that the cone can stand on; the gate's own among them. */
function numbersOf(now: Now, model: string): RiskNumber[] {
  if (model === GATE) {
    const { var: share, es, confidence, horizon } = now.gate;
    if (share === null || es === null) return [];
    const horizonS = horizonSeconds(horizon);
    return [{ horizonS, level: confidence, var: share * now.equity, es: es * now.equity }];
  }
  return now.measurements.flatMap((each) =>
    each.model !== model || each.var === null || each.es === null
      ? []
      : [
          {
            horizonS: horizonSeconds(each.horizon),
            level: each.level,
            var: each.var,
            es: each.es,
          },
        ],
  );
}

function usePast(equity: number) {
  const rows = useStatus()?.nav_seconds;
  return useMemo(() => {
    const last = rows?.at(-1)?.[0];
    if (rows === undefined || last === undefined) return [];
    return rows
      .map(([ns, nav]) => ({ aheadS: (ns - last) / 1e9, change: Number(nav) - equity }))
      .filter((each) => each.aheadS > -PAST_S);
  }, [rows, equity]);
}

function Cone({ now, model }: { now: Now; model: string }) {
  const past = usePast(now.equity);
  const numbers = numbersOf(now, model);
  const level = Math.max(0, ...numbers.map((each) => each.level));
  const cone = lossCone(numbers, level, DAY_S, STEPS);
  const last = cone.at(-1);
  if (last === undefined) {
    return (
      <Empty>
        Not measured: {now.gate.samples} of {now.gate.samples_min} samples of what is held are
        there. It is measured by itself as they come.
      </Empty>
    );
  }
  if (last.es === 0) {
    return <Empty>Nothing is held, so that nothing can be lost by prices.</Empty>;
  }
  return (
    <>
      <div className="mb-3 grid grid-cols-2 gap-4 sm:grid-cols-4">
        <Stat
          label={`VaR, a day at ${percent(level, { digits: 0 })}`}
          note={percent(last.var / now.equity)}
        >
          <Figure value={last.var} unit={now.currency} />
        </Stat>
        <Stat label="Expected shortfall" note={percent(last.es / now.equity)}>
          <Figure value={last.es} unit={now.currency} />
        </Stat>
        <Stat label="Gross" note="of equity">
          <Figure value={now.gate.gross} text={percent(now.gate.gross)} />
        </Stat>
        <Stat label="Net" note="of equity">
          <Figure value={now.gate.net} text={percent(now.gate.net, { sign: true })} />
        </Stat>
      </div>
      <ConeChart cone={cone} past={past} currency={now.currency} />
      <p className="mt-1 text-xs text-quiet">
        Line: NAV up to now. Shaded: value at risk, and dashed the expected shortfall, over the day
        to come.
      </p>
    </>
  );
}

/** What the account may lose over the day to come, in a cone, by the model that is chosen. */
export function VarPanel({ className }: { className?: string }) {
  const measured = useMeasured();
  const [model, choose] = useAddress("model", GATE);
  const now = measured.data;
  const models = [GATE, ...new Set(now?.measurements.map((each) => each.model))];
  return (
    <Panel
      title="Value at risk"
      actions={
        models.length > 1 && (
          <Choice
            label="Model"
            value={models.includes(model) ? model : GATE}
            options={models.map((each) => ({ value: each, label: spaced(each) }))}
            onChange={choose}
          />
        )
      }
      tell={measured.tell}
      className={className}
    >
      <Answered query={measured} rows={6}>
        {(answer) =>
          answer === null ? (
            <Empty>No trader measured risk here yet; a running one does each second.</Empty>
          ) : (
            <Cone now={answer} model={models.includes(model) ? model : GATE} />
          )
        }
      </Answered>
    </Panel>
  );
}

const COLUMNS: readonly Column<Test>[] = [
  { key: "model", label: "Model", value: (row) => row.model, cell: (row) => spaced(row.model) },
  {
    key: "horizon",
    label: "Of",
    value: (row) => `${row.horizon} ${row.level}`,
    cell: (row) => (
      <span className="whitespace-nowrap">
        {row.horizon} at {percent(row.level, { digits: 0 })}
      </span>
    ),
  },
  {
    key: "exceedances",
    label: "Breaches",
    isNumber: true,
    value: (row) => row.exceedances,
    cell: (row) => `${row.exceedances} of ${row.periods}`,
  },
  {
    key: "expected",
    label: "Expected",
    isNumber: true,
    value: (row) => row.expected,
    cell: (row) => number(row.expected, { digits: 1 }),
  },
  {
    key: "kupiec",
    label: "Kupiec p",
    isNumber: true,
    from: "sm",
    value: (row) => row.kupiec_p,
    cell: (row) => number(row.kupiec_p, { digits: 3 }),
  },
  {
    key: "christoffersen",
    label: "Christoffersen p",
    isNumber: true,
    from: "sm",
    value: (row) => row.conditional_p,
    cell: (row) => number(row.conditional_p, { digits: 3 }),
  },
  {
    key: "verdict",
    label: "Verdict",
    value: (row) => String(row.accepted),
    cell: (row) => (
      <Badge tone={row.accepted ? "good" : "bad"}>{row.accepted ? "holds" : "rejected"}</Badge>
    ),
  },
];

/** How the forecasts of each model held on the past, with the book that is held. */
export function VarTestsPanel({ className }: { className?: string }) {
  const tried = useVarBacktest();
  return (
    <Panel
      title="VaR on the past"
      note={tried.data?.source}
      tell={() => askedTold(tried.dataUpdatedAt, BACKTEST_MS)}
      className={className}
      isFlush
    >
      {tried.making && <BeingMadeNote making={tried.making} />}
      <Answered query={tried} rows={6}>
        {(backtest) => (
          <>
            <div className="flex flex-col gap-2 px-4 pt-3">
              {backtest.cones
                .filter((cone) => cone.returns.length > 1)
                .map((cone) => (
                  <div key={cone.horizon}>
                    <p className="text-xs text-quiet">
                      {spaced(cone.model)}, {cone.horizon} at {percent(cone.level, { digits: 0 })}:{" "}
                      {cone.breaches.length} of {cone.returns.length} shown went beyond the forecast
                    </p>
                    <BreachChart cone={cone} />
                  </div>
                ))}
              {backtest.notes.map((note) => (
                <p key={note} className="text-xs text-quiet">
                  {note}
                </p>
              ))}
            </div>
            <Table
              label="Tests of the models"
              columns={COLUMNS}
              rows={backtest.tests}
              rowKey={(row) => `${row.model} ${row.horizon} ${row.level}`}
              pageSize={12}
              empty="Too little of the past is known to try a model on; it is tried by itself once there is more."
            />
          </>
        )}
      </Answered>
    </Panel>
  );
}
