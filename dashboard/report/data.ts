// What src/backtest/report.cpp and results_json.cpp write. Money in micro-dollars, prices in pips, sizes in
// micro-shares, times in nanoseconds; null = not known, or too thin to say.
export type Interval = [number, number] | null;

export interface Headline {
  name: string;
  verdict: 'no_trades' | 'too_thin' | 'no_edge' | 'indistinguishable' | 'positive';
  verdict_text: string;
  from_ns: number;
  to_ns: number;
  starting_cash_usd_micros: number;
  final_equity_usd_micros: number;
  pnl_usd_micros: number;
  pnl_interval_usd_micros: Interval;
  confidence: number;
  bets: number;
  fills: number;
  opportunities: number;
  win_rate: number | null;
  profit_factor: number | null;
  expectancy_usd_micros: number | null;
  expectancy_interval_usd_micros: Interval;
  sharpe: number | null;
  sharpe_interval: Interval;
  sortino: number | null;
  sortino_interval: Interval;
  probability_above_zero: number | null;
  probability_after_luck: number | null;
  max_drawdown_usd_micros: number | null;
  turnover_usd_micros: number;
  return_per_usd_hour: number | null;
  filled_any: number | null;
  events: number;
  state_hash: string;
}

export interface Parts {
  spread_usd_micros: number;
  slippage_usd_micros: number;
  travel_usd_micros: number;
  drift_usd_micros: number;
  fees_usd_micros: number;
  gas_usd_micros: number;
  rest_usd_micros: number;
}

export interface Count {
  name: string;
  count: number;
}

export interface Stage {
  name: string;
  count: number;
  profit_usd_micros: number | null;
  lost: Count[];
}

export interface Liquidity {
  fills: number;
  shares_micros: number;
  volume_usd_micros: number;
  fees_usd_micros: number;
  spread_usd_micros: number;
  slippage_usd_micros: number;
  drift_usd_micros: number;
}

export interface TableRow {
  name: string;
  group: string;
  is_event: boolean;
  opportunities: number;
  plans: number;
  wins: number;
  orders: number;
  fills: number;
  volume_usd_micros: number;
  fees_usd_micros: number;
  spread_usd_micros: number;
  slippage_usd_micros: number;
  drift_usd_micros: number;
  result_usd_micros: number;
  expected_usd_micros: number;
  pnl_usd_micros: number | null; // by market, null when it is in the row of the event
}

export interface HourRow {
  from_ns: number;
  opportunities: number;
  plans: number;
  orders: number;
  fills: number;
  volume_usd_micros: number;
  fees_usd_micros: number;
  result_usd_micros: number;
  pnl_usd_micros: number;
}

export interface Fill {
  at_ns: number;
  price_pips: number;
  size_micros: number;
  fee_usd_micros: number;
  liquidity: 'maker' | 'taker';
  mid_pips: number | null;
  mid_after_pips: (number | null)[];
  settlement: string;
}

export interface BookPicture {
  moment: string;
  at_ns: number;
  bids: [number, number][]; // pips, micro-shares; best first
  asks: [number, number][];
}

export interface Order {
  id: string;
  market: string;
  outcome: number;
  side: 'BUY' | 'SELL';
  tif: string;
  decided_at_ns: number;
  limit_pips: number | null;
  expected_pips: number | null;
  mid_pips: number | null;
  size_micros: number;
  filled_micros: number;
  end: string;
  reject: string;
  fills: Fill[];
  book: BookPicture[];
}

export interface Trade {
  why: 'win' | 'loss' | 'random';
  plan: string;
  kind: string;
  strategy: string;
  market: string;
  opened_ns: number;
  closed_ns: number;
  expected_usd_micros: number;
  result_usd_micros: number;
  capital_usd_micros: number;
  repairs: number;
  settlement_failed: boolean;
  orders: Order[];
}

export interface Results {
  headline: Headline;
  thin: string[];
  parts: Parts;
  markouts: { seconds: number; fills: number; drift_usd_micros: number; pips_per_share: number | null }[];
  maker: Liquidity;
  taker: Liquidity;
  trades: {
    plans: number;
    traded: number;
    wins: number;
    losses: number;
    average_win_usd_micros: number | null;
    average_loss_usd_micros: number | null;
    result_usd_micros: number;
    left_usd_micros: number;
    expected_usd_micros: number;
  };
  legs: { plans: number; result_usd_micros: number; expected_usd_micros: number };
  settlement: { fills_reversed: number; volume_reversed_usd_micros: number; plans: number; result_usd_micros: number };
  returns: {
    period_ns: number;
    periods: number;
    sharpe_year: number | null;
    sharpe_year_interval: Interval;
    track_record_needed_ns: number | null;
    block_length: number;
  };
  drawdown: { depth_usd_micros: number; share_of_peak: number; peak_at_ns: number; trough_at_ns: number; recovered_at_ns: number | null } | null;
  capital: { usd_hours: number; mean_bound_usd_micros: number; peak_bound_usd_micros: number; turnover_of_start: number | null };
  orders: {
    named: number;
    sent: number;
    ends: Record<string, number>;
    rejections: Count[];
    immediate: number;
    immediate_missed: number;
    resting: number;
    resting_cancelled: number;
    filled_fully: number | null;
    missed: number | null;
    shares_filled: number | null;
  };
  funnel: { stages: Stage[]; phantoms: number; intents: number; refused_by_risk: number; plans: number; refusals: Count[] };
  markets: TableRow[];
  strategies: TableRow[];
  hours: HourRow[];
  curve: [number, number, number, number][]; // at_ns, equity, cash, bound
  samples: Trade[];
}

export interface Rung {
  name: string;
  assumes: string;
  headline: Headline;
  parts: Parts;
}

export interface LatencyPoint {
  order_latency_ns: number;
  headline: Headline;
}

export interface Report {
  title: string;
  settings: [string, string][];
  notes: string[];
  main: Results;
  ladder: Rung[];
  latency: LatencyPoint[];
}
