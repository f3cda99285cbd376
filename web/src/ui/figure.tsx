"use client";

/** Numbers on a page: tabular, with unit and sign, flashing softly when they change. */

import { useEffect, useRef } from "react";
import { type Decimal, isKnown, number, type NumberTerms, signOf, UNKNOWN } from "@/format/number";
import { clock, dayClock, otherTime } from "@/format/time";

interface FigureProps extends NumberTerms {
  value: Decimal;
  /** Text already made; else `value` is written with `digits` and `sign`. */
  text?: string;
  unit?: string;
  /** Whether its color follows its sign. */
  isColored?: boolean;
  className?: string;
}

function useFlash(text: string) {
  const span = useRef<HTMLSpanElement>(null);
  const before = useRef(text);
  useEffect(() => {
    const node = span.current;
    if (node === null || before.current === text || before.current === UNKNOWN) {
      before.current = text;
      return;
    }
    before.current = text;
    node.classList.remove("flash");
    // The browser begins an animation again only once it has drawn without it.
    requestAnimationFrame(() => node.classList.add("flash"));
  }, [text]);
  return span;
}

function toneOf(value: Decimal, isColored: boolean): string {
  if (!isColored) return "";
  const sign = signOf(value);
  return sign > 0 ? "text-up" : sign < 0 ? "text-down" : "";
}

export function Figure({ value, text, unit, isColored, className, ...terms }: FigureProps) {
  const shown = text ?? number(value, terms);
  const span = useFlash(shown);
  const isUnknown = shown === UNKNOWN || (text === undefined && !isKnown(value));
  return (
    <span
      ref={span}
      className={`figure rounded-sm ${toneOf(value, isColored === true)} ${isUnknown ? "text-quiet" : ""} ${className ?? ""}`}
      title={isUnknown ? "not known" : undefined}
    >
      {shown}
      {unit && !isUnknown && <span className="ml-1 text-[0.85em] text-quiet">{unit}</span>}
    </span>
  );
}

/** Profit and loss: signed, colored, two places. */
export function Pnl(props: Omit<FigureProps, "sign" | "isColored">) {
  return <Figure {...props} sign isColored />;
}

interface TimeProps {
  ns: number | null | undefined;
  /** Whether the day is written too. */
  withDay?: boolean;
}

/** An instant in the zone that the reader chose, with the other on hover. */
export function Time({ ns, withDay = false }: TimeProps) {
  return (
    <time className="figure" title={otherTime(ns)} suppressHydrationWarning>
      {withDay ? dayClock(ns) : clock(ns)}
    </time>
  );
}

interface StatProps {
  label: string;
  children: React.ReactNode;
  note?: React.ReactNode;
  size?: "lg" | "xl" | "2xl";
}

/** A large value under a small, quiet label. */
export function Stat({ label, children, note, size = "xl" }: StatProps) {
  const sizes = { lg: "text-lg", xl: "text-xl", "2xl": "text-xl sm:text-2xl" };
  return (
    <div className="flex min-w-0 flex-col">
      <span className="text-xs text-quiet">{label}</span>
      <span className={`${sizes[size]} font-medium`}>{children}</span>
      {note !== undefined && <span className="text-xs text-quiet">{note}</span>}
    </div>
  );
}
