"use client";

import { useQuery } from "@tanstack/react-query";
import { get, post } from "@/data/client";
import { useMay } from "@/data/session";
import { Panel } from "@/ui/panel";
import { Answered } from "@/ui/states";
import { ChangeForm } from "./change-form";
import type { Setting } from "./changes";

const KEY = ["signals"] as const;

/** Scores at which positions are taken and left, and what each alpha weighs. */
export function StrategyPanel() {
  const mayChange = useMay("strategy");
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => get("/api/v1/signals", { signal }),
  });
  return (
    <Panel title="Strategy" note={mayChange ? undefined : "to be read"}>
      <Answered query={query}>
        {({ thresholds, items }) => {
          const scores: Setting[] = [
            { name: "enter", label: "Enter at", value: thresholds.enter, hint: "score, 0 to 1" },
            { name: "exit", label: "Leave below", value: thresholds.exit, hint: "score, 0 to 1" },
          ];
          const weights: Setting[] = (items[0]?.alphas ?? [])
            .filter((alpha) => !alpha.is_filter)
            .map(({ alpha, weight }) => ({
              name: alpha,
              label: alpha,
              value: weight,
              hint: "weight",
            }));
          return (
            <div className="flex flex-col gap-6">
              <section>
                <h3 className="mb-3 font-semibold">Thresholds</h3>
                <ChangeForm
                  settings={scores}
                  isReadOnly={!mayChange}
                  refreshes={[KEY]}
                  send={({ name, after }, why) =>
                    post("/api/v1/control/thresholds", {
                      body: { name: name as "enter" | "exit", value: after, why },
                    })
                  }
                />
              </section>
              <section className="border-t border-line pt-4">
                <h3 className="mb-3 font-semibold">Weights of the ensemble</h3>
                <ChangeForm
                  settings={weights}
                  isReadOnly={!mayChange}
                  refreshes={[KEY]}
                  send={({ name, after }, why) =>
                    post("/api/v1/control/weights", { body: { alpha: name, value: after, why } })
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
