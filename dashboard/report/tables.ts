// Tables: small ones of facts, and the sortable ones per market and per strategy.
import { make } from '../src/dom';
import * as format from '../src/format';
import type { Results, TableRow } from './data';
import { matching, sorted, type SortKey } from './figures';

export const usd = (micros: number | null): string => format.usd(micros, true);
export const cents = (pips: number | null): string => (pips === null ? format.kUnknown : `${pips < 0 ? '−' : '+'}${Math.abs(pips / 100).toFixed(2)}¢`);

export function toned(element: HTMLElement, value: number | null): HTMLElement {
  const tone = format.tone(value);
  if (tone !== 'flat') element.classList.add(tone);
  return element;
}

// Rows of cells; the first column is a heading. A number beside a cell's text colours it by its sign.
export type Fact = string | [string, number | null];
export function facts(panel: HTMLElement, head: string[], rows: Fact[][]): void {
  const table = make('table');
  const tr = table.createTHead().insertRow();
  head.forEach((text, i) => {
    const th = make('th', i === 0 ? '' : 'num', text);
    th.scope = 'col';
    tr.append(th);
  });
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    row.forEach((cell, i) => {
      const [text, value] = typeof cell === 'string' ? [cell, null] : cell;
      const td = make(i === 0 ? 'th' : 'td', i === 0 ? 'row' : 'num', text);
      if (td instanceof HTMLTableCellElement && i === 0) td.scope = 'row';
      line.append(toned(td, value));
    });
  }
  const scroll = make('div', 'scroll');
  scroll.append(table);
  panel.append(scroll);
}

interface Column {
  key: SortKey;
  head: string;
  hint: string;
  text(row: TableRow): string;
  signed?: boolean;
}

const kColumns: Column[] = [
  { key: 'opportunities', head: 'Seen', hint: 'Opportunities seen', text: (r) => format.count(r.opportunities) },
  { key: 'plans', head: 'Plans', hint: 'Plans carried to their end', text: (r) => format.count(r.plans) },
  { key: 'wins', head: 'Won', hint: 'Plans with a profit', text: (r) => format.count(r.wins) },
  { key: 'orders', head: 'Orders', hint: 'Orders named', text: (r) => format.count(r.orders) },
  { key: 'fills', head: 'Fills', hint: 'Fills that stood', text: (r) => format.count(r.fills) },
  { key: 'volume_usd_micros', head: 'Volume', hint: 'Value of the fills', text: (r) => format.usd(r.volume_usd_micros) },
  { key: 'fees_usd_micros', head: 'Fees', hint: 'Paid to the venue', text: (r) => format.usd(r.fees_usd_micros) },
  { key: 'spread_usd_micros', head: 'Spread', hint: 'Against the mid at the decision', text: (r) => usd(r.spread_usd_micros), signed: true },
  { key: 'slippage_usd_micros', head: 'Slippage', hint: 'Against the price decided on', text: (r) => usd(r.slippage_usd_micros), signed: true },
  { key: 'drift_usd_micros', head: 'Drift 60 s', hint: 'The market in the minute after the fills', text: (r) => usd(r.drift_usd_micros), signed: true },
  { key: 'expected_usd_micros', head: 'Promised', hint: 'What the decisions expected', text: (r) => usd(r.expected_usd_micros) },
  { key: 'result_usd_micros', head: 'Result', hint: 'Of the plans that ended', text: (r) => usd(r.result_usd_micros), signed: true },
  { key: 'pnl_usd_micros', head: 'P&L', hint: 'Fills, fees, set operations, payoffs and what is still held; – : in the row of its event', text: (r) => usd(r.pnl_usd_micros), signed: true },
];

export function breakdown(panel: HTMLElement, nameHead: string, rows: readonly TableRow[]): void {
  if (rows.length === 0) {
    panel.append(make('p', 'empty hint', 'Nothing was seen and nothing was traded.'));
    return;
  }
  const columns = kColumns.filter((c) => c.key !== 'pnl_usd_micros' || rows.some((row) => row.pnl_usd_micros !== null));
  const table = make('table');
  const head = table.createTHead().insertRow();
  const body = table.createTBody();
  let key: SortKey | undefined;
  let descending = true;
  const filter = panel.querySelector('input');
  const kMostShown = 500;
  const fill = (): void => {
    const wanted = matching(rows, filter?.value ?? '');
    const ordered = key === undefined ? wanted : sorted(wanted, key, descending);
    body.replaceChildren(
      ...ordered.slice(0, kMostShown).map((row) => {
        const tr = make('tr');
        const name = make('th', 'row wide', row.name);
        name.scope = 'row';
        name.title = row.group === '' ? row.name : `${row.name} · ${row.group}`;
        if (row.is_event) name.append(make('span', 'muted', ' (event)'));
        tr.append(name, ...columns.map((c) => (c.signed === true ? toned(make('td', 'num', c.text(row)), Number(row[c.key])) : make('td', 'num', c.text(row)))));
        return tr;
      }),
    );
    count.textContent = wanted.length === rows.length ? format.count(rows.length) : `${format.count(wanted.length)} of ${format.count(rows.length)}`;
  };
  const count = make('span', 'count');
  panel.querySelector('h2')?.append(count);
  const addHead = (text: string, hint: string, sortKey: SortKey, className: string): void => {
    const th = make('th', className);
    th.scope = 'col';
    th.title = hint;
    const button = make('button', 'sort', text);
    button.type = 'button';
    button.addEventListener('click', () => {
      descending = key === sortKey ? !descending : sortKey !== 'name';
      key = sortKey;
      for (const other of head.cells) other.removeAttribute('aria-sort');
      th.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      fill();
    });
    th.append(button);
    head.append(th);
  };
  addHead(nameHead, 'Name', 'name', 'wide');
  for (const c of columns) addHead(c.head, c.hint, c.key, 'num');
  filter?.addEventListener('input', fill);
  fill();
  const scroll = make('div', 'scroll');
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', nameHead);
  scroll.append(table);
  panel.append(scroll);
}

export function drawOrders(panel: HTMLElement, { orders }: Results): void {
  const share = (n: number): string => format.percent(n, orders.sent);
  const rows: Fact[][] = Object.entries(orders.ends)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => [name, format.count(n), share(n)]);
  if (orders.sent === 0) panel.append(make('p', 'empty hint', 'No order was sent.'));
  else facts(panel, ['of those sent', format.count(orders.sent), ''], rows);
  const rejected = orders.rejections.map((r) => `${r.name.replace(/_/g, ' ')} ${r.count}`).join(', ');
  const note = [
    orders.immediate > 0 ? `Immediate: ${orders.immediate_missed} of ${orders.immediate} missed.` : '',
    orders.resting > 0 ? `Resting: ${orders.resting_cancelled} of ${orders.resting} cancelled with nothing filled.` : '',
    orders.shares_filled === null ? '' : `Of the shares asked for, ${(100 * orders.shares_filled).toFixed(1)} % filled.`,
    rejected === '' ? '' : `Rejected: ${rejected}.`,
  ];
  panel.append(make('p', 'foot hint', note.filter((t) => t !== '').join(' ')));
}

export function drawMarkouts(panel: HTMLElement, { markouts }: Results): void {
  facts(
    panel,
    ['after', 'fills', 'a share', 'in all'],
    markouts.map((m) => [`${m.seconds} s`, format.count(m.fills), [cents(m.pips_per_share), m.pips_per_share], [m.fills > 0 ? usd(m.drift_usd_micros) : format.kUnknown, m.fills > 0 ? m.drift_usd_micros : null]]),
  );
  panel.append(make('p', 'foot hint', 'Mid at the fill to mid later, for us. Negative: those who traded with us knew better (adverse selection).'));
}

export function drawLiquidity(panel: HTMLElement, { taker, maker, legs, settlement }: Results): void {
  facts(
    panel,
    ['', 'taker', 'maker'],
    [
      ['fills', format.count(taker.fills), format.count(maker.fills)],
      ['volume', format.usd(taker.volume_usd_micros), format.usd(maker.volume_usd_micros)],
      ['fees', format.usd(taker.fees_usd_micros), format.usd(maker.fees_usd_micros)],
      ['spread', [usd(taker.spread_usd_micros), taker.spread_usd_micros], [usd(maker.spread_usd_micros), maker.spread_usd_micros]],
      ['drift 60 s', [usd(taker.drift_usd_micros), taker.drift_usd_micros], [usd(maker.drift_usd_micros), maker.drift_usd_micros]],
    ],
  );
  const text =
    `Plans with a missed leg: ${legs.plans}, result ${usd(legs.result_usd_micros)} (promised ${usd(legs.expected_usd_micros)}). ` +
    `Fills taken back by settlement: ${settlement.fills_reversed} (${format.usd(settlement.volume_reversed_usd_micros)}); their plans ${usd(settlement.result_usd_micros)}.`;
  panel.append(make('p', 'foot hint', text));
}
