"use client";

import { post } from "@/data/client";
import { useMay } from "@/data/session";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { ChangeForm } from "./change-form";
import { controlled, useSettings } from "./queries";

/** Scores at which positions are taken and left, and what each alpha weighs. */
export function StrategyPanel() {
  const mayChange = useMay("strategy");
  return (
    <Panel title="Strategy" note={mayChange ? undefined : "to be read"}>
      <Answered query={useSettings()}>
        {({ groups }) => {
          const scores = controlled(groups, "thresholds");
          const weights = controlled(groups, "weights");
          if (scores.length + weights.length === 0) {
            return <Empty>This strategy has neither thresholds nor weights to be changed.</Empty>;
          }
          return (
            <div className="flex flex-col gap-6">
              <section>
                <h3 className="mb-3 font-semibold">Thresholds</h3>
                <ChangeForm
                  settings={scores}
                  isReadOnly={!mayChange}
                  send={({ setting, after }, why) =>
                    post("/api/v1/control/thresholds", {
                      body: { name: setting.name as "enter" | "exit", value: after, why },
                    })
                  }
                />
              </section>
              <section className="border-t border-line pt-4">
                <h3 className="mb-3 font-semibold">Weights of the ensemble</h3>
                <ChangeForm
                  settings={weights}
                  isReadOnly={!mayChange}
                  send={({ setting, after }, why) =>
                    post("/api/v1/control/weights", {
                      body: { alpha: setting.name, value: after, why },
                    })
                  }
                />
              </section>
            </div>
          );
        }}
      </Answered>
    </Panel>
  );
}
