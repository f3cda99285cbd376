/** Short names of the shapes of the API that many pages read. */

export interface Position {
  name: string;
  size: string;
  mark: string;
  value: string;
  unrealized: string;
}

export interface Order {
  order_id: string;
  client_order_id: string;
  name: string;
  side: string;
  kind: string;
  size: string;
  leaves: string;
  price: string;
  trigger: string;
  state: string;
  age_s: number;
  guards: boolean;
}

export interface Health {
  part: string;
  is_good: boolean;
  detail: string;
  since_ns: number;
}

export interface Latency {
  p50: number;
  p95: number;
  p99: number;
  p999: number;
  count: number;
}

export interface Breaker {
  name: string;
  instrument: string;
  action: string;
  words: string;
  number: number;
  bound: number;
  since_ns: number;
  cooldown_s: number;
}

export interface Alert {
  key: string;
  severity: string;
  title: string;
  detail: string;
  at_ns: number;
}

/** `traider.runtime.status_body.StatusBody`, which says what each field is. */
export interface Status {
  mode: "demo" | "paper" | "shadow" | "live";
  venue: string;
  state: string;
  pid: number;
  epoch: number;
  is_leader: boolean;
  phase: string;
  started_ns: number;
  now_ns: number;
  currency: string;
  nav: string;
  cash: string;
  pnl: string;
  pnl_day: string;
  fees: string;
  drawdown: string;
  positions: Position[];
  orders: Order[];
  health: Health[];
  latency_us: Record<string, Latency>;
  counts: {
    events: number;
    decisions: number;
    orders_sent: number;
    orders_refused: number;
    fills: number;
    reconnects: number;
    gaps: number;
  };
  parity: { ok: boolean; checks: number; last_ns: number };
  up_s: number;
  standbys: {
    pid: number;
    is_ready: boolean;
    lag_events: number;
    lag_s: number;
    since_ns: number;
    said_ns: number;
  }[];
  alerts: Alert[];
  restarts: { part: string; count: number; why: string; at_ns: number }[];
  limits: Record<string, number>;
  breakers: Breaker[];
  unrealized: string;
  realized: string;
  funding: string;
  paid_in: string;
  nav_seconds: [number, string][];
}
