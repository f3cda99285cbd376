"use client";

/** Is it safe? Is it working? What did it make? Why? */

import { useStatus } from "@/data/status";
import { modeOf } from "@/frame/mode";
import { Skeleton } from "@/ui/states";
import { Alerts } from "./alerts";
import { FirstRun } from "./first-run";
import { HealthPanel } from "./health-panel";
import { NavPanel } from "./nav-panel";
import { OpenOrders } from "./open-orders";
import { Positions } from "./positions";
import { Trades } from "./trades";

export function Overview() {
  const status = useStatus();
  return (
    <div className="grid grid-cols-1 gap-4 max-md:gap-2 xl:grid-cols-12">
      <h1 className="sr-only">Overview</h1>
      {status === undefined ? (
        <div className="xl:col-span-12">
          <Skeleton rows={12} height={32} />
        </div>
      ) : (
        <>
          <FirstRun status={status} className="xl:col-span-12" />
          <NavPanel status={status} className="xl:col-span-7 2xl:col-span-8" />
          <div className="flex min-w-0 flex-col gap-4 max-md:gap-2 xl:col-span-5 2xl:col-span-4">
            <Positions positions={status.positions} halted={modeOf(status).halted} />
            <OpenOrders orders={status.orders} className="flex-1" />
          </div>
          <Trades className="xl:col-span-7 xl:row-span-2 2xl:col-span-8" />
          <Alerts
            alerts={status.alerts}
            breakers={status.breakers}
            liveness={status.liveness}
            className="xl:col-span-5 2xl:col-span-4"
          />
          <HealthPanel
            health={status.health}
            liveness={status.liveness}
            className="xl:col-span-5 2xl:col-span-4"
          />
        </>
      )}
    </div>
  );
}
