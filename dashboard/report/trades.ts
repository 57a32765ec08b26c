// Sample trades: each opens to its orders, its fills, the prices around them, and the book when it was kept.
import { make } from '../src/dom';
import * as format from '../src/format';
import type { BookPicture, Order, Trade } from './data';
import { dateTime } from './equity';
import { label, linear, plot, shape, tip } from './plot';
import { facts, toned, usd } from './tables';

const kOutcomes = ['Yes / first', 'No / second'];

// Mid, decided, paid and the mids after, on one price axis.
function drawPrices(panel: HTMLElement, order: Order): void {
  const fill = order.fills[0];
  if (fill === undefined) return;
  const marks: [string, number | null, string][] = [
    ['mid at the decision', order.mid_pips, 'mid'],
    ['decided on', order.expected_pips, 'decided'],
    ['paid', fill.price_pips, 'paid'],
    ['mid at the fill', fill.mid_pips, 'mid'],
    ['mid 1 s later', fill.mid_after_pips[0] ?? null, 'after'],
    ['mid 10 s later', fill.mid_after_pips[1] ?? null, 'after'],
    ['mid 60 s later', fill.mid_after_pips[2] ?? null, 'after'],
  ];
  const known = marks.filter((m): m is [string, number, string] => m[1] !== null);
  const describe = known.map(([name, pips]) => `${name} ${format.price(pips)}`).join(', ');
  plot(panel, 118, describe, (svg, width) => {
    const values = known.map((m) => m[1]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const room = Math.max((high - low) * 0.2, 20);
    const y = linear(low - room, high + room, 92, 8);
    const x = (i: number): number => 60 + ((width - 130) * i) / 6;
    const line = marks.map((m, i) => (m[1] === null ? '' : `${x(i)},${y(m[1])}`)).filter((t) => t !== '');
    svg.append(shape('polyline', { points: line.join(' '), class: 'link' }));
    marks.forEach(([name, pips, kind], i) => {
      svg.append(label(x(i), 108, name.replace('mid ', ''), 'axis', 'middle'));
      if (pips === null) return;
      const dot = shape('circle', { cx: x(i), cy: y(pips), r: 4.5, class: `price ${kind}` });
      tip(dot, () => [`${format.price(pips)}`, name]);
      svg.append(dot, label(x(i) + 9, y(pips), format.price(pips), 'value'));
    });
  });
}

function bookTable(picture: BookPicture): HTMLElement {
  const box = make('div', 'book');
  const most = Math.max(1, ...[...picture.bids, ...picture.asks].map((level) => level[1]));
  box.append(make('h4', '', `Book at ${picture.moment}, ${dateTime(picture.at_ns / 1e6)}`));
  const grid = make('div', 'ladder');
  const cell = (text: string, className: string, share: number): HTMLElement => {
    const span = make('span', className, text);
    span.style.setProperty('--fill', `${Math.round(100 * share)}%`);
    return span;
  };
  for (let i = 0; i < Math.max(picture.bids.length, picture.asks.length); i += 1) {
    const [bid, ask] = [picture.bids[i], picture.asks[i]];
    grid.append(
      cell(bid === undefined ? '' : format.shares(bid[1]), 'num bar-bid', (bid?.[1] ?? 0) / most),
      cell(bid === undefined ? '' : format.price(bid[0]), 'num bid', 0),
      cell(ask === undefined ? '' : format.price(ask[0]), 'ask', 0),
      cell(ask === undefined ? '' : format.shares(ask[1]), 'bar-ask', (ask?.[1] ?? 0) / most),
    );
  }
  box.append(grid);
  return box;
}

function orderBox(order: Order): HTMLElement {
  const box = make('div', 'order');
  const terms = `${order.side} ${format.shares(order.size_micros)} of ${kOutcomes[order.outcome] ?? ''} at ${format.price(order.limit_pips)} or better, ${order.tif}`;
  box.append(make('h3', '', order.market));
  box.append(make('p', 'hint', `${terms} · decided ${dateTime(order.decided_at_ns / 1e6)} · ${order.end}${order.reject === 'none' ? '' : ` (${order.reject.replace(/_/g, ' ')})`}`));
  if (order.fills.length > 0) {
    facts(
      box,
      ['filled', 'price', 'shares', 'fee', 'ms after', 'as', 'settlement'],
      order.fills.map((f) => [
        dateTime(f.at_ns / 1e6).slice(11), format.price(f.price_pips), format.shares(f.size_micros), format.usd(f.fee_usd_micros),
        Math.round((f.at_ns - order.decided_at_ns) / 1e6).toString(), f.liquidity, f.settlement,
      ]),
    );
    drawPrices(box, order);
  }
  for (const picture of order.book) box.append(bookTable(picture));
  return box;
}

export function drawTrades(panel: HTMLElement, trades: readonly Trade[]): void {
  if (trades.length === 0) {
    panel.append(make('p', 'empty hint', 'No plan traded.'));
    return;
  }
  for (const trade of trades) {
    const details = make('details', 'trade');
    const summary = make('summary');
    summary.append(
      make('span', `why ${trade.why}`, trade.why),
      make('span', 'label', trade.market),
      make('span', 'muted lo', `${trade.strategy} · ${trade.kind.replace(/_/g, ' ')}`),
      make('span', 'muted lo', dateTime(trade.opened_ns / 1e6)),
      toned(make('span', 'num', usd(trade.result_usd_micros)), trade.result_usd_micros),
    );
    details.append(summary);
    // Fifty trades with their pictures are drawn when somebody looks.
    details.addEventListener('toggle', () => {
      if (!details.open || details.children.length > 1) return;
      const extra = [
        `promised ${usd(trade.expected_usd_micros)}`, `bound at most ${format.usd(trade.capital_usd_micros)}`,
        `took ${format.duration(trade.closed_ns - trade.opened_ns)}`,
        trade.repairs > 0 ? `${trade.repairs} repair${trade.repairs === 1 ? '' : 's'} of a missed leg` : '',
        trade.settlement_failed ? 'settlement failed' : '',
      ];
      details.append(make('p', 'hint foot', extra.filter((t) => t !== '').join(' · ')), ...trade.orders.map(orderBox));
    });
    panel.append(details);
  }
}
