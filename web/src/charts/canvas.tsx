"use client";

/** A chart on a canvas; pages take it from `chart.tsx`, which fetches this file when needed. */

import { createChart, CrosshairMode, type IChartApi, type Time } from "lightweight-charts";
import { useEffect, useRef, useState } from "react";
import { timeZone } from "@/format/time";
import { join } from "./groups";
import { draw, type Drawn, redraw } from "./series";
import type { ChartProps, Hover } from "./terms";
import { faded, type Inks, useInks } from "./theme";

function local(time: Time, options: Intl.DateTimeFormatOptions): string {
  return new Date(Number(time) * 1000).toLocaleString("en-GB", {
    ...options,
    timeZone: timeZone(),
  });
}

const TICK_FORMS: readonly Intl.DateTimeFormatOptions[] = [
  { year: "numeric" },
  { month: "short" },
  { day: "2-digit", month: "short" },
  { hour: "2-digit", minute: "2-digit" },
  { hour: "2-digit", minute: "2-digit", second: "2-digit" },
];

function optionsOf(inks: Inks) {
  return {
    layout: {
      background: { color: "transparent" },
      textColor: inks.quiet,
      fontFamily: '"JetBrains Mono Variable", monospace',
      fontSize: 11,
      attributionLogo: false,
      panes: { separatorColor: inks.line, separatorHoverColor: inks.line, enableResize: false },
    },
    grid: { vertLines: { visible: false }, horzLines: { color: inks.line } },
    crosshair: {
      mode: CrosshairMode.Normal,
      vertLine: { color: inks["line-strong"], labelBackgroundColor: inks["line-strong"] },
      horzLine: { color: inks["line-strong"], labelBackgroundColor: inks["line-strong"] },
    },
    rightPriceScale: { borderColor: inks.line },
    timeScale: {
      borderColor: inks.line,
      timeVisible: true,
      secondsVisible: true,
      rightOffset: 2,
      tickMarkFormatter: (time: Time, kind: number) => local(time, TICK_FORMS[kind] ?? {}),
    },
    localization: {
      timeFormatter: (time: Time) => local(time, { dateStyle: "medium", timeStyle: "medium" }),
    },
    handleScroll: { vertTouchDrag: false },
  };
}

function useChart(box: React.RefObject<HTMLDivElement | null>, inks: Inks | null) {
  const [chart, setChart] = useState<IChartApi | null>(null);
  const isReady = inks !== null;
  useEffect(() => {
    if (box.current === null || !isReady) return;
    const made = createChart(box.current, { autoSize: true });
    setChart(made);
    return () => {
      setChart(null);
      made.remove();
    };
  }, [box, isReady]);
  useEffect(() => {
    if (chart !== null && inks !== null) chart.applyOptions(optionsOf(inks));
  }, [chart, inks]);
  return chart;
}

function hoverOf(
  drawn: ReadonlyMap<string, Drawn>,
  event: Parameters<Parameters<IChartApi["subscribeCrosshairMove"]>[0]>[0],
): Hover {
  const values: Record<string, number> = {};
  for (const [id, { api }] of drawn) {
    const datum = event.seriesData.get(api) as { value?: number; close?: number } | undefined;
    const value = datum?.value ?? datum?.close;
    if (value !== undefined) values[id] = value;
  }
  return { time: event.time === undefined ? null : Number(event.time), values };
}

function forget(chart: IChartApi, drawn: Map<string, Drawn>, kept: (id: string) => boolean): void {
  for (const [id, each] of drawn) {
    if (kept(id)) continue;
    chart.removeSeries(each.api);
    drawn.delete(id);
  }
}

export default function Canvas(props: ChartProps) {
  const { series, shaded, panes, group, onHover, isFollowing = true } = props;
  const box = useRef<HTMLDivElement>(null);
  const inks = useInks();
  const chart = useChart(box, inks);
  const drawn = useRef(new Map<string, Drawn>());
  const isFitted = useRef(false);

  useEffect(() => {
    const all = drawn.current;
    isFitted.current = false;
    return () => all.clear();
  }, [chart]);

  useEffect(() => {
    if (chart === null || inks === null) return;
    const all = drawn.current;
    const kinds = new Map(series.map((each) => [each.id, each.kind]));
    forget(chart, all, (id) => kinds.get(id) === all.get(id)?.kind);
    for (const terms of series) {
      const each = all.get(terms.id) ?? draw(chart, terms, inks);
      all.set(terms.id, each);
      redraw(each, terms, inks);
      each.shade.show(shaded ?? [], faded(inks.warn, 0.14));
    }
    panes?.forEach((factor, pane) => chart.panes()[pane]?.setStretchFactor(factor));
    if (!isFitted.current && series.some((each) => each.points.length > 1)) {
      isFitted.current = true;
      chart.timeScale().fitContent();
    }
  }, [chart, inks, series, shaded, panes]);

  const first = series[0]?.points[0]?.time;
  useEffect(() => {
    if (chart !== null && isFollowing) chart.timeScale().fitContent();
  }, [chart, first, isFollowing]);

  useEffect(() => {
    if (chart === null || group === undefined) return;
    return join(group, { chart, series: () => [...drawn.current.values()][0]?.api });
  }, [chart, group]);

  useEffect(() => {
    if (chart === null || onHover === undefined) return;
    const listener: Parameters<IChartApi["subscribeCrosshairMove"]>[0] = (event) =>
      onHover(hoverOf(drawn.current, event));
    chart.subscribeCrosshairMove(listener);
    return () => chart.unsubscribeCrosshairMove(listener);
  }, [chart, onHover]);

  return <div ref={box} role="img" aria-label={props.label} style={{ height: props.height }} />;
}
