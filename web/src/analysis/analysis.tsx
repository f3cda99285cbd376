"use client";

/** Runs beside one another: back-tests among themselves, and the run beside its own back-test. */

import { useAddress } from "@/state/address";
import { comparable } from "./comparable";
import { ComparePanel } from "./compare-panel";
import { ParityPanel } from "./parity-panel";
import { useBacktests } from "./queries";
import { RunPanel } from "./run-panel";
import { RunsPanel } from "./runs-panel";

/** Return the text of ids with one more, or one fewer; ten at most, the newest choice kept. */
export function toggledIds(text: string, id: string): string {
  const ids = text.split(",").filter(Boolean);
  const kept = ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id];
  return kept.slice(-10).join(",");
}

export function Analysis() {
  const [text, setText] = useAddress("runs", "");
  const ids = text.split(",").filter(Boolean);
  const runs = useBacktests();
  const { ready, notes } = comparable(ids, runs.data?.items);
  return (
    <div className="grid grid-cols-1 gap-4 xl:grid-cols-12">
      <h1 className="sr-only">Analysis</h1>
      <div className="flex flex-col gap-4 xl:col-span-4">
        <RunPanel />
        <RunsPanel chosen={ids} onToggle={(id) => setText(toggledIds(text, id))} />
      </div>
      <div className="flex flex-col gap-4 xl:col-span-8">
        <ComparePanel ids={ready} notes={notes} />
        <ParityPanel />
      </div>
    </div>
  );
}
