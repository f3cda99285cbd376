"use client";

/** Is it safe: what is used of each limit, what may be lost, and what would happen in a crash. */

import { useStatus } from "@/data/status";
import { CorrelationPanel, ExposurePanel } from "./book-panels";
import { BreakersPanel } from "./breakers-panel";
import { LimitsPanel } from "./limits-panel";
import { StopPanel } from "./stop-panel";
import { StressPanel } from "./stress-panel";
import { VarPanel, VarTestsPanel } from "./var-panel";

export function Risk() {
  const status = useStatus();
  return (
    <div className="grid grid-cols-1 gap-4 xl:grid-cols-12">
      <h1 className="sr-only">Risk</h1>
      {status && <StopPanel status={status} className="xl:col-span-12" />}
      <LimitsPanel className="xl:col-span-8" />
      <div className="flex flex-col gap-4 xl:col-span-4">
        <ExposurePanel />
        <CorrelationPanel />
      </div>
      <BreakersPanel className="xl:col-span-12" />
      <VarPanel className="self-start xl:col-span-6" />
      <VarTestsPanel className="xl:col-span-6" />
      <StressPanel className="xl:col-span-12" />
    </div>
  );
}
