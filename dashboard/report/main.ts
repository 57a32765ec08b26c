// The backtest report: one file, its data inside it, nothing loaded from elsewhere.
import { byId, make, setText } from '../src/dom';
import * as format from '../src/format';
import { applyTheme, bindTheme } from '../src/theme';
import { drawFunnel, drawHours, drawLadder, drawLatency, drawParts, intervalText } from './bars';
import type { Interval, Report } from './data';
import { dateTime, drawEquity } from './equity';
import { breakdown, drawLiquidity, drawMarkouts, drawOrders, facts, toned, usd } from './tables';
import { drawTrades } from './trades';

const ratio = (value: number | null): string => (value === null ? format.kUnknown : value.toPrecision(3).replace('-', '−'));
const spanText = (ns: number): string => format.duration(ns);

function words(panel: HTMLElement, lines: readonly string[], whenNone: string): void {
  if (lines.length === 0) {
    panel.append(make('p', 'hint foot', whenNone));
    return;
  }
  const list = make('ul');
  list.append(...lines.map((line) => make('li', '', line)));
  panel.append(list);
}

function cell(name: string, figure: string, note: string, hint: string, value: number | null = null): HTMLElement {
  const box = make('div', 'cell');
  box.title = hint;
  box.append(make('h2', '', name), toned(make('p', 'figure', figure), value), make('p', 'note', note));
  return box;
}

// A figure has a colour when its interval keeps it away from zero.
function sure(value: number | null, interval: Interval): number | null {
  return interval !== null && (interval[0] > 0 || interval[1] < 0) ? value : null;
}

function drawStrip({ main }: Report): void {
  const { headline: h, returns, drawdown, capital, trades, orders } = main;
  const period = `per ${format.duration(returns.period_ns)}`;
  const sharpeInterval = h.sharpe_interval === null ? 'no interval' : `${ratio(h.sharpe_interval[0])} to ${ratio(h.sharpe_interval[1])}`;
  const year = returns.sharpe_year === null ? 'Too short a run for a figure for a year.' : `${ratio(returns.sharpe_year)} a year of 365.25 days, if periods are uncorrelated.`;
  const luck = h.probability_after_luck ?? h.probability_above_zero;
  byId('strip').append(
    cell('P&L', usd(h.pnl_usd_micros), intervalText(h), 'Final equity less what was paid in; interval by block bootstrap over equity changes', sure(h.pnl_usd_micros, h.pnl_interval_usd_micros)),
    cell('Bets', format.count(h.bets), `${format.count(h.fills)} fills, ${format.count(trades.plans)} plans ended`, 'Plans with at least one fill that stood: the real sample size'),
    cell('Expectancy', usd(h.expectancy_usd_micros), h.expectancy_interval_usd_micros === null ? 'no interval: too few' : `${usd(h.expectancy_interval_usd_micros[0])} to ${usd(h.expectancy_interval_usd_micros[1])}`, 'Mean result of a plan that traded', sure(h.expectancy_usd_micros, h.expectancy_interval_usd_micros)),
    cell('Win rate', h.win_rate === null ? format.kUnknown : `${(100 * h.win_rate).toFixed(0)} %`, `profit factor ${ratio(h.profit_factor)}`, 'Plans with a profit, of those that traded; sum of wins over sum of losses'),
    cell('Sharpe', ratio(h.sharpe), h.sharpe === null ? 'too few periods' : `${period}; ${sharpeInterval}`, luck === null ? `Per period of the equity curve. ${year}` : `${year} Probability that the true ratio is above ${h.probability_after_luck === null ? 'zero' : 'what luck gives the best of the trials'}: ${luck.toFixed(2)}`),
    cell('Drawdown', drawdown === null ? format.kUnknown : format.usd(drawdown.depth_usd_micros), drawdown === null ? '' : `${(100 * drawdown.share_of_peak).toFixed(1)} %, ${drawdown.recovered_at_ns === null ? 'not recovered' : 'recovered'}`, 'Deepest fall under a former high'),
    cell('Capital', format.usd(capital.mean_bound_usd_micros), `bound on average, at most ${format.usd(capital.peak_bound_usd_micros)}`, `${capital.usd_hours.toFixed(0)} USD hours; P&L per USD hour ${ratio(h.return_per_usd_hour)}; turnover ${format.usd(h.turnover_usd_micros)}`),
    cell('Orders filled', h.filled_any === null ? format.kUnknown : `${(100 * h.filled_any).toFixed(0)} %`, `of ${format.count(orders.sent)} sent`, 'Orders with any fill, of those that left the house'),
  );
}

const kFilledByTheVenue = 'What the venue filled, and what became of it. It does not promise that it will happen again.';
const kPromise: Record<string, string> = {
  backtest: 'Simulated fills on recorded books. A backtest shows what would have happened to these orders under these assumptions; it does not promise that it will happen again.',
  paper: 'Simulated fills on live books. Paper trading shows what would have happened to these orders under these assumptions; it does not promise that it will happen again.',
};

function drawWords(report: Report): void {
  const { headline: h, thin } = report.main;
  const mode = report.settings.find(([name]) => name === 'mode')?.[1] ?? 'backtest';
  document.title = `${report.title} · ${mode}`;
  setText(byId('promise'), kPromise[mode] ?? kFilledByTheVenue);
  setText(byId('title'), report.title);
  setText(byId('when'), `${h.name === '' ? '' : `${h.name} · `}${dateTime(h.from_ns / 1e6)} to ${dateTime(h.to_ns / 1e6)} (${spanText(h.to_ns - h.from_ns)}) · ${format.compact(h.events)} events`);
  const verdict = byId('verdict');
  setText(verdict, h.verdict_text);
  verdict.classList.add(h.verdict);
  words(byId('thin'), thin, 'Nothing was found to be too thin by the rules of this report. That is not the same as certain.');
  words(byId('assumptions'), report.notes, 'Nothing was written down. See the settings below.');
  const { settings } = report;
  if (settings.length === 0) byId('settings').append(make('p', 'empty hint', 'None were recorded.'));
  else facts(byId('settings'), ['setting', 'value'], settings);
  setText(byId('fingerprint'), `State of the engine at the end: ${h.state_hash}. The same recording, settings and build give the same.`);
}

function main(): void {
  applyTheme();
  const report = JSON.parse(byId('report-data').textContent ?? '{}') as Report;
  bindTheme(byId('theme'), () => undefined);
  drawWords(report);
  drawStrip(report);
  const missing = (id: string, text: string): void => byId(id).append(make('p', 'empty hint', text));
  if (!drawEquity(byId('equity'), report.main)) missing('equity', 'The run was too short for a curve.');
  drawParts(byId('parts'), report.main);
  drawFunnel(byId('funnel'), report.main);
  if (!drawLadder(byId('ladder'), report.ladder)) missing('ladder', 'Only one set of assumptions was run.');
  if (!drawLatency(byId('latency'), report.latency)) missing('latency', 'Only one latency was run.');
  drawOrders(byId('orders'), report.main);
  drawMarkouts(byId('markouts'), report.main);
  drawLiquidity(byId('liquidity'), report.main);
  breakdown(byId('strategies'), 'Strategy', report.main.strategies);
  breakdown(byId('markets'), 'Market or event', report.main.markets);
  if (!drawHours(byId('hours'), report.main.hours)) missing('hours', 'The run was shorter than two hours.');
  drawTrades(byId('samples'), report.main.samples);
  for (const gone of ['scroll', 'resize']) window.addEventListener(gone, () => (byId('tip').hidden = true), { passive: true });
  // Paper is white.
  window.addEventListener('beforeprint', () => (document.documentElement.dataset['theme'] = 'light'));
  window.addEventListener('afterprint', applyTheme);
  document.documentElement.dataset['drawn'] = 'yes';
}

main();
