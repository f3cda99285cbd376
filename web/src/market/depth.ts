/** The order book as a ladder and as the curve of what a market order would meet. */

/** Price in quote currency, size in base units; best first in any list. */
export interface Level {
  readonly price: number;
  readonly size: number;
}

export interface LadderRow extends Level {
  /** Base units at this price and better ones. */
  readonly total: number;
  /** Of the widest total shown, 0 to 1: how long the bar behind the row is. */
  readonly share: number;
}

export interface Ladder {
  readonly bids: readonly LadderRow[];
  readonly asks: readonly LadderRow[];
  readonly spread: number | null;
  readonly spreadBps: number | null;
  readonly mid: number | null;
}

export interface DepthPoint {
  readonly price: number;
  readonly total: number;
}

/** Return a side of a book, best first, out of sizes by price. */
export function levelsBy(sizes: Readonly<Record<string, string>>, side: "bid" | "ask"): Level[] {
  const levels = Object.entries(sizes).map(([price, size]) => ({
    price: Number(price),
    size: Number(size),
  }));
  const sign = side === "bid" ? -1 : 1;
  return levels.sort((one, other) => sign * (one.price - other.price));
}

/** Return levels merged to multiples of `step`, away from the mid so that none looks better. */
export function grouped(levels: readonly Level[], step: number, side: "bid" | "ask"): Level[] {
  if (step <= 0) return [...levels];
  const rows = new Map<number, number>();
  for (const level of levels) {
    const place = level.price / step;
    // Binary prices such as 0.3 / 0.1 lie a hair beside the whole number that they mean.
    const whole = Math.round(place);
    const isWhole = Math.abs(place - whole) < 1e-7;
    const key = isWhole ? whole : side === "bid" ? Math.floor(place) : Math.ceil(place);
    rows.set(key, (rows.get(key) ?? 0) + level.size);
  }
  return [...rows].map(([key, size]) => ({ price: key * step, size }));
}

/** Return running totals of levels, best first. */
export function cumulated(
  levels: readonly Level[],
): { price: number; size: number; total: number }[] {
  let total = 0;
  return levels.map((level) => {
    total += level.size;
    return { price: level.price, size: level.size, total };
  });
}

/** Return mid and spread of the best prices; null where a side is empty. */
export function touchOf(
  bids: readonly Level[],
  asks: readonly Level[],
): { mid: number | null; spread: number | null; spreadBps: number | null } {
  const [bid, ask] = [bids[0]?.price, asks[0]?.price];
  if (bid === undefined || ask === undefined) return { mid: null, spread: null, spreadBps: null };
  const mid = (bid + ask) / 2;
  return { mid, spread: ask - bid, spreadBps: mid > 0 ? ((ask - bid) / mid) * 10_000 : null };
}

/** Return the ladder of the best `rows` of both sides, with bars on one scale. */
export function ladderOf(bids: readonly Level[], asks: readonly Level[], rows: number): Ladder {
  const below = cumulated(bids.slice(0, rows));
  const above = cumulated(asks.slice(0, rows));
  const widest = Math.max(below.at(-1)?.total ?? 0, above.at(-1)?.total ?? 0);
  const shared = (one: Level & { total: number }): LadderRow => ({
    ...one,
    share: widest > 0 ? one.total / widest : 0,
  });
  return { bids: below.map(shared), asks: above.map(shared), ...touchOf(bids, asks) };
}

/**
 * Return the corners of a side's depth curve: at each price the total jumps, and it holds until the
 * next; the curve ends at `edge`, the last price that is drawn.
 */
export function depthSteps(
  levels: readonly Level[],
  edge: number,
  side: "bid" | "ask",
): DepthPoint[] {
  const corners: DepthPoint[] = [];
  let total = 0;
  for (const level of levels) {
    if (side === "bid" ? level.price < edge : level.price > edge) break;
    corners.push({ price: level.price, total });
    total += level.size;
    corners.push({ price: level.price, total });
  }
  if (corners.length > 0) corners.push({ price: edge, total });
  return corners;
}

/** Return prices as far below and above the mid, the nearer of the two sides' last levels. */
export function depthEdges(
  bids: readonly Level[],
  asks: readonly Level[],
): { readonly low: number; readonly high: number } | null {
  const [bid, ask] = [bids[0], asks[0]];
  const [lowest, highest] = [bids.at(-1), asks.at(-1)];
  if (!bid || !ask || !lowest || !highest) return null;
  const mid = (bid.price + ask.price) / 2;
  const reach = Math.min(mid - lowest.price, highest.price - mid);
  return { low: mid - reach, high: mid + reach };
}
