/** Charts that move together: the same range and the same cross-hair in each of a group. */

import type { IChartApi, ISeriesApi, MouseEventParams, SeriesType, Time } from "lightweight-charts";

interface Member {
  chart: IChartApi;
  /** Any series of it, which the cross-hair needs. */
  series: () => ISeriesApi<SeriesType> | undefined;
}

const groups = new Map<string, Set<Member>>();

/** Let a chart move with the others of its group, until the returned function is called. */
export function join(name: string, member: Member): () => void {
  const group = groups.get(name) ?? new Set<Member>();
  groups.set(name, group);
  group.add(member);
  let isLed = false;

  const others = () => [...group].filter((each) => each !== member);
  const onRange = () => {
    const range = member.chart.timeScale().getVisibleRange();
    if (range === null || isLed) return;
    isLed = true;
    for (const other of others()) {
      const shown = other.chart.timeScale().getVisibleRange();
      if (shown?.from !== range.from || shown?.to !== range.to) {
        other.chart.timeScale().setVisibleRange(range);
      }
    }
    isLed = false;
  };
  const onCross = (event: MouseEventParams<Time>) => {
    if (event.sourceEvent === undefined) return;
    for (const other of others()) {
      const series = other.series();
      if (event.time === undefined || series === undefined) other.chart.clearCrosshairPosition();
      else other.chart.setCrosshairPosition(NaN, event.time, series);
    }
  };
  member.chart.timeScale().subscribeVisibleTimeRangeChange(onRange);
  member.chart.subscribeCrosshairMove(onCross);
  return () => {
    group.delete(member);
    member.chart.timeScale().unsubscribeVisibleTimeRangeChange(onRange);
    member.chart.unsubscribeCrosshairMove(onCross);
  };
}
