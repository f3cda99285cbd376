/** Figures of a window, read out of what the command line prints as JSON. */

export interface WindowFigures {
  currency: string;
  period: string;
  returns: number;
  pnl: string;
  total_return: number | null;
  volatility: number | null;
  period_volatility: number | null;
  sharpe: number | null;
  sortino: number | null;
  calmar: number | null;
  max_drawdown: number | null;
  drawdown_end: number | null;
  best_period: number | null;
  worst_period: number | null;
  notes: readonly string[];
  benchmark: BenchmarkFigures | null;
  fees: string;
  funding: string;
  traded: string;
  turnover: number | null;
  cost_bps: number | null;
  trades: TradeFigures;
}

export interface BenchmarkFigures {
  name: string;
  total_return: number | null;
  beta: number | null;
  alpha: number | null;
  correlation: number | null;
  tracking_error: number | null;
  information_ratio: number | null;
}

export interface TradeFigures {
  closed: number;
  open: number;
  win_rate: number | null;
  profit_factor: number | null;
  average_win: number | null;
  average_loss: number | null;
  expectancy: number | null;
  average_holding_ns: number | null;
  longest_losing_streak: number;
}

type Told = Readonly<Record<string, unknown>>;

function real(told: Told, name: string): number | null {
  const value = told[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function count(told: Told, name: string): number {
  return real(told, name) ?? 0;
}

function text(told: Told, name: string): string {
  const value = told[name];
  return typeof value === "string" ? value : "";
}

function inner(told: Told, name: string): Told | null {
  const value = told[name];
  return typeof value === "object" && value !== null ? (value as Told) : null;
}

function tradesOf(told: Told): TradeFigures {
  return {
    closed: count(told, "closed"),
    open: count(told, "open"),
    win_rate: real(told, "win_rate"),
    profit_factor: real(told, "profit_factor"),
    average_win: real(told, "average_win"),
    average_loss: real(told, "average_loss"),
    expectancy: real(told, "expectancy"),
    average_holding_ns: real(told, "average_holding_ns"),
    longest_losing_streak: count(told, "longest_losing_streak"),
  };
}

function benchmarkOf(told: Told): BenchmarkFigures {
  return {
    name: text(told, "name"),
    total_return: real(told, "total_return"),
    beta: real(told, "beta"),
    alpha: real(told, "alpha"),
    correlation: real(told, "correlation"),
    tracking_error: real(told, "tracking_error"),
    information_ratio: real(told, "information_ratio"),
  };
}

/** Return the figures that are known; what is missing or no number is null, never 0. */
export function figuresOf(told: Told): WindowFigures {
  const benchmark = inner(told, "benchmark");
  const notes = told["notes"];
  return {
    currency: text(told, "currency"),
    period: text(told, "period"),
    returns: count(told, "returns"),
    pnl: text(told, "pnl"),
    total_return: real(told, "total_return"),
    volatility: real(told, "volatility"),
    period_volatility: real(told, "period_volatility"),
    sharpe: real(told, "sharpe"),
    sortino: real(told, "sortino"),
    calmar: real(told, "calmar"),
    max_drawdown: real(told, "max_drawdown"),
    drawdown_end: real(told, "drawdown_end"),
    best_period: real(told, "best_period"),
    worst_period: real(told, "worst_period"),
    notes: Array.isArray(notes) ? notes.map(String) : [],
    benchmark: benchmark && benchmarkOf(benchmark),
    fees: text(told, "fees"),
    funding: text(told, "funding"),
    traded: text(told, "traded"),
    turnover: real(told, "turnover"),
    cost_bps: real(told, "cost_bps"),
    trades: tradesOf(inner(told, "trades") ?? {}),
  };
}
