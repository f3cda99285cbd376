"use client";

/** What each alpha says, what the ensemble makes of it, and what is missing to trade. */

import { useMemo } from "react";
import { pointsOf } from "@/charts/points";
import { age } from "@/format/time";
import { number } from "@/format/number";
import { useAddress } from "@/state/address";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { ChangesPanel } from "./changes-panel";
import { FeatureSheet } from "./feature-sheet";
import { HistoryPanel } from "./history-panel";
import { useSignalHistory, useSignals } from "./queries";
import { SignalMatrix } from "./signal-matrix";

const STALE_S = 120;
const JUST_S = 1.5;

export function Signals() {
  const signals = useSignals();
  const history = useSignalHistory(signals.data?.as_of.now_ns);
  const [open, setOpen] = useAddress("cell", "");
  const histories = useMemo(
    () =>
      new Map(
        (history.data?.items ?? []).map((each) => [
          each.instrument,
          pointsOf(
            each.instants.flatMap((ns, place) => {
              const score = each.scores[place];
              return typeof score === "number" ? [[ns, score] as const] : [];
            }),
          ),
        ]),
      ),
    [history.data],
  );
  const oldest = Math.max(0, ...(signals.data?.items ?? []).map((row) => row.age_s ?? 0));
  const decided = () => ({ receivedMs: Date.now(), ageS: oldest, staleAfterS: STALE_S });
  return (
    <>
      <h1 className="sr-only">Signals</h1>
      <div className="grid grid-cols-1 gap-4 xl:grid-cols-12">
        <Panel
          title="Scores"
          note={
            signals.data &&
            `enter at ±${number(signals.data.thresholds.enter)}, leave below ±${number(signals.data.thresholds.exit)}; decided ${oldest < JUST_S ? "just now" : `${age(oldest)} ago`}`
          }
          tell={[signals.tell, decided]}
          className="xl:col-span-12"
          isFlush
        >
          <Answered query={signals} rows={6}>
            {(answer) =>
              answer.items.length === 0 ? (
                <Empty>No instrument is scored yet; scores come once history is taken in.</Empty>
              ) : (
                <SignalMatrix answer={answer} histories={histories} open={open} onOpen={setOpen} />
              )
            }
          </Answered>
        </Panel>
        {signals.data?.items.map((row) => (
          <ChangesPanel
            key={row.instrument}
            row={row}
            tell={signals.tell}
            className="xl:col-span-6"
          />
        ))}
        <HistoryPanel history={history} className="xl:col-span-12" />
      </div>
      <FeatureSheet cell={open} signals={signals.data} onClose={() => setOpen("")} />
    </>
  );
}
