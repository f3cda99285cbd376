"use client";

import { WaterfallChart } from "@/charts/waterfall-chart";
import { askedTold } from "@/data/freshness";
import { counted, spaced } from "@/format/words";
import { useAddress } from "@/state/address";
import { BeingMadeNote } from "@/ui/being-made";
import { Pick } from "@/ui/pick";
import { Time } from "@/ui/figure";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { SLOW_MS, useAttribution } from "./queries";
import { folded, waterfall } from "./waterfall";

const PARTS_MOST = 12;

/** Where the profit came from, taken apart one way or another; the parts make the total exactly. */
export function AttributionPanel({ className }: { className?: string }) {
  const attribution = useAttribution();
  const [by, setBy] = useAddress("by", "cost");
  const views = attribution.data?.views ?? [];
  const view = views.find((each) => each.by === by) ?? views[0];
  return (
    <Panel
      title="Where it came from"
      note={attribution.data && counted(attribution.data.trades, "trade")}
      actions={
        <Pick
          label="Taken apart by"
          value={view?.by ?? by}
          options={views.map((each) => ({ value: each.by, label: `by ${spaced(each.by)}` }))}
          onChange={setBy}
        />
      }
      tell={() => askedTold(attribution.dataUpdatedAt, SLOW_MS)}
      className={className}
    >
      {attribution.making && <BeingMadeNote making={attribution.making} />}
      <Answered query={attribution} rows={6}>
        {(answer) =>
          view === undefined || answer.trades === 0 ? (
            <Empty>Nothing was traded yet; the first trade is taken apart by itself.</Empty>
          ) : (
            <>
              <WaterfallChart
                label={`Profit by ${view.by}`}
                unit={answer.currency}
                bars={waterfall(
                  folded(
                    view.parts.map((part) => ({ name: spaced(part.name), amount: part.value })),
                    PARTS_MOST,
                  ),
                  answer.total,
                  "Profit",
                )}
              />
              <p className="mt-3 text-xs text-quiet">
                Since the run began, up to <Time ns={answer.until_ns} withDay />; made by replay of
                the journal.
              </p>
            </>
          )
        }
      </Answered>
    </Panel>
  );
}
