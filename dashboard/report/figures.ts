// Pure arithmetic of the report's pictures: no DOM.
import type { Parts, TableRow } from './data';

// Depth under the highest equity so far, point by point; never positive.
export function drawdowns(equity: readonly number[]): number[] {
  let peak = -Infinity;
  return equity.map((value) => {
    peak = Math.max(peak, value);
    return value - peak;
  });
}

export interface Step {
  name: string;
  hint: string;
  from: number;
  to: number;
}

// Each part begins where the one before ended; the last step is the whole, from zero.
export function waterfall(parts: Parts, pnl: number): Step[] {
  const rows: [string, string, number][] = [
    ['Spread', 'Mid at the decision to the price decided on: the edge of a set, the cost of taking, the pay of making.', parts.spread_usd_micros],
    ['Slippage', 'Price decided on to the price paid.', parts.slippage_usd_micros],
    ['Travel', 'What the market did between decision and fill.', parts.travel_usd_micros],
    ['Drift 60 s', 'What the market did in the minute after the fill: adverse selection when negative.', parts.drift_usd_micros],
    ['Fees', 'Paid to the venue.', parts.fees_usd_micros],
    ['Gas', 'Paid to the chain.', parts.gas_usd_micros],
    ['Rest', 'Holding beyond a minute, set operations, resolution, and fills around which no mid was known.', parts.rest_usd_micros],
  ];
  let at = 0;
  const steps = rows.map(([name, hint, value]) => {
    const step = { name, hint, from: at, to: at + value };
    at += value;
    return step;
  });
  steps.push({ name: 'P&L', hint: 'Final equity less what was paid in. The parts add up to it exactly.', from: 0, to: pnl });
  return steps;
}

// Index of the point whose x is nearest; -1 for none. `xs` rises.
export function nearest(xs: readonly number[], x: number): number {
  if (xs.length === 0) return -1;
  let low = 0;
  let high = xs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  const before = low > 0 ? low - 1 : low;
  return x - (xs[before] ?? 0) <= (xs[low] ?? 0) - x ? before : low;
}

// A little room at both ends; zero stays in view; never flat.
export function padded(values: readonly number[], withZero: boolean): [number, number] {
  let low = Math.min(...values, ...(withZero ? [0] : []));
  let high = Math.max(...values, ...(withZero ? [0] : []));
  const room = Math.max((high - low) * 0.08, 1e4);
  if (!withZero || low < 0) low -= room;
  if (!withZero || high > 0) high += room;
  return high > low ? [low, high] : [low - 1e6, high + 1e6];
}

export type SortKey = keyof TableRow;
export function sorted(rows: readonly TableRow[], key: SortKey, descending: boolean): TableRow[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[key], b[key]];
    if (typeof x === 'string' && typeof y === 'string') return sign * x.localeCompare(y);
    return sign * (Number(x) - Number(y));
  });
}

export function matching(rows: readonly TableRow[], text: string): TableRow[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return rows.filter((row) => words.every((word) => `${row.name} ${row.group}`.toLowerCase().includes(word)));
}
