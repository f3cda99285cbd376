"use client";

/** Is it working: processes, latency, rates, the log, the audit, the proof of its books. */

import { useStatus } from "@/data/status";
import { Skeleton } from "@/ui/states";
import { Audit } from "./audit";
import { LatencyChart } from "./latency-chart";
import { LatencyPanel } from "./latency-panel";
import { Logs } from "./logs";
import { ParityPanel } from "./parity-panel";
import { RatesPanel } from "./rates-panel";
import { ResourcesPanel } from "./resources";
import { Roles } from "./roles";

export function System() {
  const status = useStatus();
  return (
    <div className="grid grid-cols-1 gap-4 max-md:gap-2 xl:grid-cols-12">
      <h1 className="sr-only">System</h1>
      {status === undefined ? (
        <div className="xl:col-span-12">
          <Skeleton rows={10} height={32} />
        </div>
      ) : (
        <>
          <Roles className="xl:col-span-8" />
          <div className="flex min-w-0 flex-col gap-4 max-md:gap-2 xl:col-span-4">
            <ParityPanel status={status} />
            <RatesPanel status={status} />
          </div>
          <div className="flex min-w-0 flex-col gap-4 max-md:gap-2 xl:col-span-8">
            <LatencyPanel status={status} />
            <LatencyChart className="flex-1" />
          </div>
          <ResourcesPanel className="xl:col-span-4" />
          <Logs className="xl:col-span-12" />
          <Audit className="xl:col-span-12" />
        </>
      )}
    </div>
  );
}
