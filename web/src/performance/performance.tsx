"use client";

/** What the account made over any window, how it compares, and where it came from. */

import { askedTold } from "@/data/freshness";
import { useStatus } from "@/data/status";
import { shortName } from "@/format/words";
import { useAddress } from "@/state/address";
import { useWindowFrom } from "@/state/window";
import { Panel } from "@/ui/panel";
import { Pick } from "@/ui/pick";
import { RangeChoice } from "@/ui/range-choice";
import { Answered } from "@/ui/states";
import { useProducts } from "@/market/queries";
import { AttributionPanel } from "./attribution-panel";
import { EquityPanel } from "./equity-panel";
import { figuresOf } from "./figures";
import { Costs, FiguresRow } from "./figures-row";
import { DistributionPanel, MonthsPanel, SharpePanel } from "./past-panels";
import { MOVING_MS, useNav, usePerformance } from "./queries";

const NONE = "none";

export function Performance() {
  const from = useWindowFrom();
  const status = useStatus();
  const [benchmark, setBenchmark] = useAddress("benchmark", NONE);
  const instrument = benchmark === NONE ? "" : benchmark;
  const performance = usePerformance(from, instrument);
  const nav = useNav(from, status?.nav_seconds);
  const products = useProducts();
  const tell = () => askedTold(performance.dataUpdatedAt, MOVING_MS);
  const names = (products.data ?? []).map((each) => each.name);
  return (
    <div className="grid grid-cols-1 gap-4 xl:grid-cols-12">
      <h1 className="sr-only">Performance</h1>
      <Panel
        title="Performance"
        note={status && `in ${status.currency}, after fees and funding`}
        actions={<RangeChoice />}
        tell={tell}
        className="xl:col-span-12"
      >
        <Answered query={performance} rows={2}>
          {(answer) => {
            const figures = figuresOf(answer.figures);
            return (
              <>
                <FiguresRow figures={figures} />
                {figures.notes.map((note) => (
                  <p key={note} className="mt-3 text-xs text-quiet">
                    {note}
                  </p>
                ))}
              </>
            );
          }}
        </Answered>
      </Panel>
      <EquityPanel
        nav={nav}
        benchmark={instrument}
        figures={performance.data && figuresOf(performance.data.figures).benchmark}
        choice={
          <Pick
            label="Benchmark"
            value={benchmark}
            options={[
              { value: NONE, label: "no benchmark" },
              ...names.map((name) => ({ value: name, label: `against ${shortName(name)}` })),
            ]}
            onChange={setBenchmark}
          />
        }
        className="xl:col-span-8"
      />
      <AttributionPanel className="xl:col-span-4" />
      <DistributionPanel performance={performance} className="xl:col-span-6" />
      <SharpePanel performance={performance} className="xl:col-span-6" />
      <MonthsPanel performance={performance} className="xl:col-span-12" />
      <Panel title="Costs and trades" tell={tell} className="xl:col-span-12">
        <Answered query={performance} rows={2}>
          {(answer) => <Costs figures={figuresOf(answer.figures)} />}
        </Answered>
      </Panel>
    </div>
  );
}
