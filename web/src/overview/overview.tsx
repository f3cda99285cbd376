"use client";

/** Is it safe? Is it working? What did it make? Why? */

import { useStatus } from "@/data/status";
import { Skeleton } from "@/ui/states";
import { Alerts } from "./alerts";
import { HealthPanel } from "./health-panel";
import { NavPanel } from "./nav-panel";
import { OpenOrders } from "./open-orders";
import { Positions } from "./positions";

export function Overview() {
  const status = useStatus();
  return (
    <div className="grid grid-cols-1 gap-4 xl:grid-cols-12">
      <h1 className="sr-only">Overview</h1>
      {status === undefined ? (
        <div className="xl:col-span-12">
          <Skeleton rows={12} height={32} />
        </div>
      ) : (
        <>
          <NavPanel status={status} className="xl:col-span-8 xl:row-span-2" />
          <Positions status={status} className="xl:col-span-4" />
          <OpenOrders status={status} className="xl:col-span-4" />
          <Alerts status={status} className="xl:col-span-6" />
          <HealthPanel status={status} className="xl:col-span-6" />
        </>
      )}
    </div>
  );
}
