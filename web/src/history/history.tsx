"use client";

/** The history that back-tests stand on: what is held, what is being fetched, what is wrong. */

import { useAddress } from "@/state/address";
import { CoveragePanel } from "./coverage-panel";
import { FindingsSheet } from "./findings-sheet";
import { JobsPanel } from "./jobs-panel";
import { StartPanel } from "./start-panel";

export function History() {
  const [checked, check] = useAddress("check", "");
  return (
    <div className="grid grid-cols-1 gap-4 xl:grid-cols-12">
      <h1 className="sr-only">Data</h1>
      <JobsPanel className="xl:col-span-8" />
      <StartPanel className="xl:col-span-4" />
      <CoveragePanel
        onCheck={(instrument, kind) => check(`${instrument} ${kind}`)}
        className="xl:col-span-12"
      />
      <FindingsSheet series={checked} onClose={() => check("")} />
    </div>
  );
}
