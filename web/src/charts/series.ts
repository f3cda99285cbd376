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
import { Shade } from "./shade";
import type { ChartMark, Series } from "./terms";
import { faded, type Inks } from "./theme";

type Datum = SeriesDataItemTypeMap<Time>[SeriesType];

export interface Drawn {
  api: ISeriesApi<SeriesType>;
  kind: Series["kind"];
  points: Series["points"];
  inks: Inks;
  marks: ISeriesMarkersPluginApi<Time>;
  levels: IPriceLine[];
  shade: Shade;
}

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

function optionsOf(terms: Series, inks: Inks) {
  const shared = {
    priceFormat: priceFormat(terms),
    priceLineVisible: false,
    lastValueVisible: true,
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

function dataOf(terms: Series, inks: Inks): Datum[] {
  if (terms.kind === "candles" || terms.kind === "baseline") return terms.points as Datum[];
  return terms.points.map((point) =>
    point.ink ? { ...point, color: faded(inks[point.ink], 0.55) } : point,
  ) as Datum[];
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
    points: [],
    inks,
    marks: createSeriesMarkers(api, []),
    levels: [],
    shade,
  };
}

/** Bring a drawn series to what its terms say now, with as little work as that takes. */
export function redraw(drawn: Drawn, terms: Series, inks: Inks): void {
  drawn.api.applyOptions(optionsOf(terms, inks));
  const isRecolored = drawn.inks !== inks;
  if (isRecolored || drawn.points !== terms.points) {
    const data = dataOf(terms, inks);
    const news = isRecolored
      ? null
      : appended(
          drawn.points as readonly { time: number }[],
          terms.points as readonly { time: number }[],
        );
    if (news === null || news.length > 100) drawn.api.setData(data);
    else data.slice(data.length - news.length).forEach((each) => drawn.api.update(each));
  }
  drawn.points = terms.points;
  drawn.inks = inks;
  drawn.marks.setMarkers(
    [...(terms.marks ?? [])]
      .sort((one, other) => one.time - other.time)
      .map((mark) => markerOf(mark, inks)),
  );
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
