// What the server sends (src/web/state_json.cpp writes it). Units are in the names; null = not known.

export type Mode = 'simulate' | 'dry-run' | 'paper' | 'live';
export type EngineCondition = 'starting' | 'running' | 'silent';

export interface Rows<T> {
  total: number; // rows there are; `rows` may be fewer
  rows: T[];
}

export interface Totals {
  markets: number;
  messages: number;
  opportunities_seen: number;
  opportunities_taken: number;
  phantoms_refused: number;
  orders: number;
  fills: number;
  invariant_violations: number;
  pnl_usd_micros: number;
  fees_usd_micros: number;
  cash_usd_micros: number;
  equity_usd_micros: number;
  pending_exposure_usd_micros: number;
  settled_exposure_usd_micros: number;
}

export interface Latency {
  name: string;
  samples: number;
  p50_ns: number;
  p90_ns: number;
  p99_ns: number;
  p999_ns: number;
  max_ns: number;
}

export interface Position {
  label: string;
  outcome: string;
  settled_micros: number;
  pending_micros: number;
  average_pips: number | null;
  mark_pips: number | null;
  pnl_usd_micros: number;
}

export interface Order {
  id: string;
  label: string;
  outcome: string;
  strategy: string;
  side: 'BUY' | 'SELL';
  tif: string;
  status: string;
  limit_pips: number | null;
  size_micros: number;
  filled_micros: number;
  age_ms: number;
}

export interface Opportunity {
  id: string;
  strategy: string;
  label: string;
  edge_pips: number;
  size_micros: number;
  seen_at_ms: number;
  duration_us: number;
  open: boolean;
  taken: boolean;
  fate: string;
}

export type Level = [pips: number, sizeMicros: number];

export interface Book {
  label: string;
  outcome: string;
  bids: Level[];
  asks: Level[];
  consistent: boolean;
  age_ms: number;
}

export interface Feed {
  name: string;
  up: boolean;
  stale: boolean;
  data_age_ms: number | null;
  frames: number;
  reconnects: number;
}

export interface Halt {
  active: boolean;
  reason: string;
  note: string;
  since_ms: number;
}

export interface Alert {
  time_ms: number;
  level: 'info' | 'warning' | 'error';
  text: string;
}

export interface Strategy {
  name: string;
  enabled: boolean;
  seen: number;
  taken: number;
  pnl_usd_micros: number;
}

export interface StartingState {
  type: 'state';
  engine: 'starting';
}

export interface EngineState {
  type: 'state';
  engine: 'running' | 'silent';
  view_age_ms: number; // since the engine last published, wall time
  time_ms: number; // engine clock
  uptime_ms: number;
  mode: Mode;
  totals: Totals;
  latencies: Rows<Latency>;
  positions: Rows<Position>;
  orders: Rows<Order>;
  opportunities: Rows<Opportunity>;
  books: Rows<Book>;
  feeds: Rows<Feed>;
  halts: Rows<Halt>;
  alerts: Rows<Alert>;
  strategies: Rows<Strategy>;
}

export interface HistoryMessage {
  type: 'history';
  points: [timeMs: number, equityUsdMicros: number, pnlUsdMicros: number][];
}

export type Message = StartingState | EngineState | HistoryMessage;
