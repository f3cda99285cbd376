/** The tape: the market's latest trades, newest first, each once. */

export interface TapeTrade {
  readonly id: string;
  readonly timeNs: number;
  readonly price: number;
  readonly size: number;
  readonly side: "buy" | "sell" | "unknown";
}

/** Rows kept; older ones leave. */
export const TAPE_MAX = 200;

/** Return the tape with trades that came, newest first, without those that it has. */
export function taken(tape: readonly TapeTrade[], came: readonly TapeTrade[]): TapeTrade[] {
  const known = new Set(tape.map((trade) => trade.id));
  const fresh = came.filter((trade) => {
    if (known.has(trade.id)) return false;
    known.add(trade.id);
    return true;
  });
  if (fresh.length === 0) return [...tape];
  return [...fresh, ...tape].sort((a, b) => b.timeNs - a.timeNs).slice(0, TAPE_MAX);
}

/** Return base units bought and sold by whoever took, and the share of the bought, 0 to 1. */
export function pressure(tape: readonly TapeTrade[]): {
  readonly bought: number;
  readonly sold: number;
  readonly share: number | null;
} {
  const sum = (side: "buy" | "sell") =>
    tape.reduce((total, trade) => total + (trade.side === side ? trade.size : 0), 0);
  const [bought, sold] = [sum("buy"), sum("sell")];
  return { bought, sold, share: bought + sold > 0 ? bought / (bought + sold) : null };
}
