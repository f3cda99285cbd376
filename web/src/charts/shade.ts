/** Marked stretches of time behind a series: holes in the data, windows of bad data. */

import type {
  IChartApi,
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  SeriesAttachedParameter,
  Time,
} from "lightweight-charts";
import type { Span } from "./points";
import { areSame } from "./same";

type Target = Parameters<IPrimitivePaneRenderer["draw"]>[0];

export class Shade implements ISeriesPrimitive<Time> {
  private chart: IChartApi | null = null;
  private redraw: (() => void) | null = null;
  private spans: readonly Span[] = [];
  private color = "transparent";

  attached({ chart, requestUpdate }: SeriesAttachedParameter<Time>): void {
    this.chart = chart as IChartApi;
    this.redraw = requestUpdate;
  }

  detached(): void {
    this.chart = null;
    this.redraw = null;
  }

  show(spans: readonly Span[], color: string): void {
    if (color === this.color && areSame(spans, this.spans)) return;
    this.spans = spans;
    this.color = color;
    this.redraw?.();
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return [{ zOrder: () => "bottom", renderer: () => ({ draw: (target) => this.draw(target) }) }];
  }

  private xOf(time: number): number | null {
    const scale = this.chart?.timeScale();
    const index = scale?.timeToIndex(time as Time, true);
    if (scale === undefined || index === undefined || index === null) return null;
    return scale.logicalToCoordinate(
      index as unknown as Parameters<typeof scale.logicalToCoordinate>[0],
    );
  }

  private draw(target: Target): void {
    target.useBitmapCoordinateSpace(({ context, bitmapSize, horizontalPixelRatio }) => {
      context.fillStyle = this.color;
      for (const span of this.spans) {
        const [left, right] = [this.xOf(span.from), this.xOf(span.to)];
        if (left === null || right === null) continue;
        const width = Math.max(2, (right - left) * horizontalPixelRatio);
        context.fillRect(left * horizontalPixelRatio, 0, width, bitmapSize.height);
      }
    });
  }
}
