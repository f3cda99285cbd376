/** A small line without axes, as the path of an SVG. */

import { type Point, thinned } from "@/charts/points";

/**
 * Return a path through points in a box, on fixed bounds, so that rows can be compared. Where two
 * points are further apart than `gapS` the line is lifted; more points than pixels are thinned to
 * the least and the greatest of each pixel, which hides no spike.
 */
export function sparkPath(
  points: readonly Point[],
  box: { readonly width: number; readonly height: number },
  bounds: { readonly low: number; readonly high: number },
  gapS = Number.POSITIVE_INFINITY,
): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return "";
  const spanS = Math.max(last.time - first.time, 1);
  const range = bounds.high - bounds.low || 1;
  const place = (point: Point) => {
    const x = ((point.time - first.time) / spanS) * box.width;
    const inside = Math.max(bounds.low, Math.min(bounds.high, point.value));
    const y = box.height - ((inside - bounds.low) / range) * box.height;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  let path = "";
  let before: Point | null = null;
  for (const point of thinned(points, Math.max(4, 2 * Math.floor(box.width)))) {
    const isLifted = before === null || point.time - before.time > gapS;
    path += `${isLifted ? "M" : "L"}${place(point)}`;
    before = point;
  }
  return path;
}
