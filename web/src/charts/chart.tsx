"use client";

/** A chart, in a file of its own that comes only when a page shows one. */

import dynamic from "next/dynamic";
import type { ChartProps } from "./terms";

const Canvas = dynamic(() => import("./canvas"), { ssr: false, loading: () => null });

export function Chart(props: ChartProps) {
  return (
    <div className="relative min-w-0" style={{ height: props.height }}>
      <Canvas {...props} />
    </div>
  );
}
