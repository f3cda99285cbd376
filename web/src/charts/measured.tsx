"use client";

/** A box whose width is known, so that what is drawn in it keeps its line widths and its text. */

import { type ReactNode, useEffect, useRef, useState } from "react";

interface MeasuredProps {
  height: number;
  /** What is said in place of the drawing to those who cannot see it. */
  label: string;
  children: (width: number) => ReactNode;
}

/** An SVG as wide as its place; `children` draws into it. */
export function Measured({ height, label, children }: MeasuredProps) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const node = box.current;
    if (node === null) return;
    const watch = new ResizeObserver(() => setWidth(Math.floor(node.clientWidth)));
    watch.observe(node);
    return () => watch.disconnect();
  }, []);
  return (
    <div ref={box} className="w-full min-w-0 overflow-hidden" style={{ height }}>
      {width > 0 && (
        <svg role="img" aria-label={label} width={width} height={height} className="block">
          {children(width)}
        </svg>
      )}
    </div>
  );
}
