// What each table shows: columns, order, wording.
import { byId } from './dom';
import * as format from './format';
import type { Alert, EngineState, Feed, Halt, Latency, Opportunity, Order, Position, Strategy } from './state';
import { Table, type Column } from './table';

const positions: Column<Position>[] = [
  { head: 'Market', className: 'wide', cell: (p) => ({ text: p.label, sub: p.outcome, title: p.label }) },
  { head: 'Outcome', className: 'lo name', cell: (p) => p.outcome },
  { head: 'Settled', className: 'num', hint: 'Shares confirmed on chain', cell: (p) => format.shares(p.settled_micros) },
  {
    head: 'Pending',
    className: 'num',
    hint: 'Shares matched and not yet settled: a failed settlement takes them back',
    cell: (p) => ({
      text: p.pending_micros === 0 ? format.kUnknown : format.shares(p.pending_micros, true),
      className: p.pending_micros === 0 ? 'muted' : 'pending',
    }),
  },
  { head: 'Average', className: 'num lo', hint: 'Paid per share, without fees', cell: (p) => format.price(p.average_pips) },
  { head: 'Mark', className: 'num lo', hint: 'Price the position is valued at', cell: (p) => format.price(p.mark_pips) },
  {
    head: 'Value',
    className: 'num lo',
    cell: (p) => format.usd(p.mark_pips === null ? null : ((p.settled_micros + p.pending_micros) * p.mark_pips) / 10_000),
  },
  { head: 'P&L', className: 'num', cell: (p) => ({ text: format.usd(p.pnl_usd_micros, true), className: format.tone(p.pnl_usd_micros) }) },
];

const orders: Column<Order>[] = [
  { head: 'Side', className: 'tight', cell: (o) => ({ text: o.side, className: o.side === 'BUY' ? 'buy' : 'sell' }) },
  {
    head: 'Market',
    className: 'wide',
    cell: (o) => ({ text: o.label, sub: `${o.outcome} · ${o.status}`, title: `${o.label}\nOrder ${o.id}` }),
  },
  { head: 'Outcome', className: 'lo name', cell: (o) => o.outcome },
  { head: 'Price', className: 'num', cell: (o) => format.price(o.limit_pips) },
  { head: 'Size', className: 'num', cell: (o) => format.shares(o.size_micros) },
  {
    head: 'Filled',
    className: 'num',
    cell: (o) => ({ text: format.percent(o.filled_micros, o.size_micros), title: `${format.shares(o.filled_micros)} shares` }),
  },
  { head: 'Age', className: 'num lo', cell: (o) => format.age(o.age_ms) },
  { head: 'Type', className: 'lo', cell: (o) => o.tif },
  { head: 'Status', className: 'lo', cell: (o) => ({ text: o.status, className: o.status === 'unknown' ? 'warn' : '' }) },
  { head: 'Strategy', className: 'lo name', cell: (o) => o.strategy },
];

const opportunities: Column<Opportunity>[] = [
  { head: 'Seen', className: 'lo tight', hint: 'UTC, engine clock', cell: (o) => format.timeOfDay(o.seen_at_ms) },
  { head: 'Strategy', className: 'lo name', cell: (o) => o.strategy },
  { head: 'Market', className: 'wide', cell: (o) => ({ text: o.label, sub: `${o.fate} · ${o.strategy}`, title: o.label }) },
  { head: 'Edge', className: 'num', hint: 'Cents per set, after fees, at the moment it was seen', cell: (o) => ({ text: format.edge(o.edge_pips), className: format.tone(o.edge_pips) }) },
  { head: 'Sets', className: 'num lo', hint: 'Depth within the edge', cell: (o) => format.shares(o.size_micros) },
  { head: 'Worth', className: 'num lo', hint: 'Edge times sets if every leg had filled: not money earned', cell: (o) => format.usd((o.edge_pips * o.size_micros) / 10_000) },
  {
    head: 'Lived',
    className: 'num',
    hint: 'How long the books offered it',
    cell: (o) => ({ text: format.duration(o.duration_us * 1000), className: o.open ? 'live' : '', title: o.open ? 'still there' : '' }),
  },
  {
    head: 'What happened',
    className: 'lo fate',
    cell: (o) => ({ text: o.fate, className: o.taken ? 'taken' : 'muted', title: o.fate }),
  },
];

const strategies: Column<Strategy>[] = [
  { head: 'Strategy', className: 'wide', cell: (s) => ({ text: s.name, className: s.enabled ? '' : 'muted', title: s.enabled ? '' : 'switched off' }) },
  { head: 'Seen', className: 'num', cell: (s) => format.compact(s.seen) },
  { head: 'Taken', className: 'num', cell: (s) => format.compact(s.taken) },
  { head: 'P&L', className: 'num', cell: (s) => ({ text: format.usd(s.pnl_usd_micros, true), className: format.tone(s.pnl_usd_micros) }) },
];

const latencyOf = (head: string, key: 'p50_ns' | 'p90_ns' | 'p99_ns' | 'p999_ns' | 'max_ns', className = 'num'): Column<Latency> => ({
  head,
  className,
  cell: (l) => format.duration(l.samples === 0 ? null : l[key]),
});
const latencies: Column<Latency>[] = [
  { head: 'Path', className: 'wide', cell: (l) => ({ text: l.name, title: `${format.count(l.samples)} samples` }) },
  latencyOf('p50', 'p50_ns'),
  latencyOf('p90', 'p90_ns', 'num lo'),
  latencyOf('p99', 'p99_ns'),
  latencyOf('p99.9', 'p999_ns'),
  latencyOf('max', 'max_ns'),
];

const feedState = (f: Feed): { text: string; className: string } =>
  !f.up ? { text: 'down', className: 'state bad' } : f.stale ? { text: 'silent', className: 'state warn' } : { text: 'up', className: 'state good' };
const feeds: Column<Feed>[] = [
  { head: 'Feed', className: 'wide', cell: (f) => ({ text: f.name, title: f.name }) },
  { head: 'State', className: 'tight', cell: feedState },
  { head: 'Last data', className: 'num', hint: 'A PONG is not data', cell: (f) => ({ text: format.age(f.data_age_ms), className: f.stale ? 'warn' : '' }) },
  { head: 'Frames', className: 'num', cell: (f) => format.compact(f.frames) },
  { head: 'Reconnects', className: 'num lo', cell: (f) => format.count(f.reconnects) },
];

const halts: Column<Halt>[] = [
  { head: 'State', className: 'tight', cell: (h) => (h.active ? { text: 'halted', className: 'state bad' } : { text: 'lifted', className: 'state muted' }) },
  { head: 'Reason', className: 'name', cell: (h) => h.reason },
  { head: 'Note', className: 'wide', cell: (h) => ({ text: h.note, title: h.note }) },
  { head: 'Since', className: 'num', cell: (h) => format.timeOfDay(h.since_ms) },
];

const alerts: Column<Alert>[] = [
  { head: 'Time', className: 'tight', cell: (a) => format.timeOfDay(a.time_ms) },
  {
    head: 'Message',
    className: 'wide wrap',
    cell: (a) => ({ text: a.text, className: a.level === 'error' ? 'bad' : a.level === 'warning' ? 'warn' : '' }),
  },
];

export class Panels {
  private readonly positions = new Table(byId('positions'), positions, 'No positions.', 'Shares appear here as pending once matched, and move to settled once confirmed.');
  private readonly orders = new Table(byId('orders'), orders, 'No open orders.', 'Resting and in-flight orders are listed until they end.');
  private readonly opportunities = new Table(
    byId('opportunities'), opportunities, 'No opportunity seen yet.',
    'A set of outcomes that costs less than it pays, after fees, is rare and short-lived. Each one will be listed with what became of it.',
    (o) => (o.taken ? 'row-taken' : ''),
  );
  private readonly strategies = new Table(byId('strategies'), strategies, 'No strategy is switched on.', 'Enable one in the configuration file.');
  private readonly latencies = new Table(byId('latency'), latencies, 'Nothing measured yet.', 'Percentiles appear with the first message.');
  private readonly feeds = new Table(byId('feeds'), feeds, 'No feed is configured.', 'Market data connections are listed with the age of their last data.');
  private readonly halts = new Table(byId('halts'), halts, 'No halt.', 'Every gate is open. A halt survives a restart and only a person lifts it.');
  private readonly alerts = new Table(byId('alerts'), alerts, 'Nothing to report.', 'Warnings and decisions of the engine appear here.');

  update(state: EngineState): void {
    this.positions.update(state.positions);
    this.orders.update(state.orders);
    this.opportunities.update(state.opportunities);
    this.strategies.update(state.strategies);
    this.latencies.update(state.latencies);
    this.feeds.update(state.feeds);
    this.halts.update(state.halts);
    this.alerts.update({ total: state.alerts.total, rows: [...state.alerts.rows].reverse() });
  }
}
