/** Series of the charting library made of our terms, and kept in step with them. */

import {
  AreaSeries,
  BaselineSeries,
  CandlestickSeries,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineSeries,
  LineStyle,
  type SeriesDataItemTypeMap,
  type SeriesMarker,
  type SeriesType,
  type Time,
} from "lightweight-charts";
import { number } from "@/format/number";
import { appended } from "./points";
import { areSame, isSame } from "./same";
import { Shade } from "./shade";
import type { ChartMark, Series } from "./terms";
import { faded, type Ink, type Inks } from "./theme";

type Datum = SeriesDataItemTypeMap<Time>[SeriesType];

export interface Drawn {
  api: ISeriesApi<SeriesType>;
  kind: Series["kind"];
  /** What it was told last; null before the first time. */
  terms: Series | null;
  inks: Inks;
  marks: ISeriesMarkersPluginApi<Time>;
  levels: IPriceLine[];
  shade: Shade;
}

/** More points than these are told as a whole. */
const UPDATES_MOST = 100;

const MAKERS = {
  line: LineSeries,
  area: AreaSeries,
  histogram: HistogramSeries,
  baseline: BaselineSeries,
  candles: CandlestickSeries,
} as const;

function priceFormat(terms: Series) {
  const { digits = 2 } = terms;
  return {
    type: "custom" as const,
    minMove: 10 ** -digits,
    formatter: terms.format ?? ((value: number) => number(value, { digits })),
  };
}

/** Whether a line has ended: it has no value by now. */
function isSilent(terms: Series): boolean {
  return terms.kind === "line" && terms.points.at(-1)?.isLast === true;
}

function optionsOf(terms: Series, inks: Inks) {
  const shared = {
    priceFormat: priceFormat(terms),
    priceLineVisible: false,
    lastValueVisible: !isSilent(terms),
    title: "",
  };
  const color = inks[terms.ink ?? "accent"];
  switch (terms.kind) {
    case "line":
      return {
        ...shared,
        color,
        lineWidth: 1 as const,
        lineStyle: terms.isDashed ? LineStyle.Dashed : LineStyle.Solid,
        crosshairMarkerRadius: 3,
      };
    case "area":
      return {
        ...shared,
        lineColor: color,
        lineWidth: 1 as const,
        topColor: faded(color, 0.16),
        bottomColor: faded(color, 0.16),
      };
    case "histogram":
      return { ...shared, color: faded(color, 0.55), lastValueVisible: false };
    case "baseline":
      return {
        ...shared,
        baseValue: { type: "price" as const, price: terms.base },
        lineWidth: 1 as const,
        topLineColor: inks.up,
        bottomLineColor: inks.down,
        topFillColor1: faded(inks.up, 0.14),
        topFillColor2: faded(inks.up, 0.14),
        bottomFillColor1: faded(inks.down, 0.14),
        bottomFillColor2: faded(inks.down, 0.14),
      };
    case "candles":
      return {
        ...shared,
        upColor: inks.up,
        downColor: inks.down,
        borderVisible: false,
        wickUpColor: inks.up,
        wickDownColor: inks.down,
      };
  }
}

function dataOf(terms: Series, inks: Inks, from = 0): Datum[] {
  const points = terms.points.slice(from) as (Datum & { ink?: Ink; isLast?: boolean })[];
  if (terms.kind === "candles" || terms.kind === "baseline") return points;
  return points.map((point) => {
    if (point.isLast) return { ...point, color: "transparent" };
    return point.ink ? { ...point, color: faded(inks[point.ink], 0.55) } : point;
  });
}

/** What decides how a series looks, without what it shows. */
function styleOf(terms: Series): object {
  return {
    ...terms,
    isSilent: isSilent(terms),
    points: undefined,
    marks: undefined,
    levels: undefined,
  };
}

function markerOf(mark: ChartMark, inks: Inks): SeriesMarker<Time> {
  const isBuy = mark.side === "buy";
  return {
    time: mark.time as Time,
    position: mark.side === "sell" ? "aboveBar" : "belowBar",
    shape: mark.side === "note" ? "circle" : isBuy ? "arrowUp" : "arrowDown",
    color: mark.side === "note" ? inks.quiet : isBuy ? inks.up : inks.down,
    text: mark.text,
    size: 1,
  };
}

/** Add a series to a chart. */
export function draw(chart: IChartApi, terms: Series, inks: Inks): Drawn {
  const api = chart.addSeries(MAKERS[terms.kind], {}, terms.pane ?? 0) as ISeriesApi<SeriesType>;
  const shade = new Shade();
  api.attachPrimitive(shade);
  return {
    api,
    kind: terms.kind,
    terms: null,
    inks,
    marks: createSeriesMarkers(api, []),
    levels: [],
    shade,
  };
}

/** Tell a series its points: all of them, or what came since and the last one, which may move. */
function tellPoints(drawn: Drawn, terms: Series, inks: Inks, before: Series | null): void {
  if (before?.points === terms.points) return;
  const shown = (before?.points ?? []) as readonly { time: number }[];
  const news = appended(shown, terms.points as readonly { time: number }[]);
  if (news === null || news.length > UPDATES_MOST) {
    drawn.api.setData(dataOf(terms, inks));
    return;
  }
  if (news.length === 1 && isSame(news[0], shown.at(-1))) return;
  const from = terms.points.length - news.length;
  dataOf(terms, inks, from).forEach((each) => drawn.api.update(each));
}

function tellLevels(drawn: Drawn, terms: Series, inks: Inks): void {
  drawn.levels.forEach((level) => drawn.api.removePriceLine(level));
  drawn.levels = (terms.levels ?? []).map((level) =>
    drawn.api.createPriceLine({
      price: level.value,
      color: inks[level.ink ?? "quiet"],
      lineStyle: LineStyle.Dashed,
      lineWidth: 1,
      axisLabelVisible: true,
      title: level.label,
    }),
  );
}

/** Bring a drawn series to what its terms say now, with as little work as that takes. */
export function redraw(drawn: Drawn, terms: Series, inks: Inks): void {
  const before = drawn.inks === inks ? drawn.terms : null;
  if (before === null || !isSame(styleOf(before), styleOf(terms)))
    drawn.api.applyOptions(optionsOf(terms, inks));
  tellPoints(drawn, terms, inks, before);
  if (before === null || !areSame(before.marks, terms.marks))
    drawn.marks.setMarkers(
      [...(terms.marks ?? [])]
        .sort((one, other) => one.time - other.time)
        .map((mark) => markerOf(mark, inks)),
    );
  if (before === null || !areSame(before.levels, terms.levels)) tellLevels(drawn, terms, inks);
  drawn.terms = terms;
  drawn.inks = inks;
}
