// Bars: the waterfall of the P&L's parts, the realism ladder, the latency curve, the funnel, the hours.
import * as format from '../src/format';
import { valueTicks } from '../src/ticks';
import type { Headline, HourRow, LatencyPoint, Results, Rung } from './data';
import { padded, waterfall } from './figures';
import { label, linear, plot, shape, tip, type Axis } from './plot';

const signed = (micros: number): string => format.usd(Math.round(micros), true);
const direction = (micros: number): string => (micros < 0 ? 'fall' : 'rise');

export function intervalText(h: Headline): string {
  const ci = h.pnl_interval_usd_micros;
  return ci === null ? `too thin for an interval (${h.bets} bets)` : `${Math.round(h.confidence * 100)} % interval ${signed(ci[0])} to ${signed(ci[1])}`;
}

// Value lines from `left` to `right` with their labels at the left edge.
function valueGrid(svg: SVGElement, y: Axis, low: number, high: number, left: number, right: number, wanted: number): void {
  for (const tick of valueTicks(low, high, wanted)) {
    svg.append(
      shape('line', { x1: left, x2: right, y1: y(tick), y2: y(tick), class: tick === 0 ? 'grid zero' : 'grid' }),
      label(left - 6, y(tick), signed(tick), 'axis', 'end'),
    );
  }
}

function bar(x: number, width: number, a: number, b: number, className: string): SVGElement {
  return shape('rect', { x, width, y: Math.min(a, b), height: Math.max(Math.abs(a - b), 1), class: className, tabindex: 0 });
}

function whisker(svg: SVGElement, x: number, low: number, high: number): void {
  svg.append(shape('path', { d: `M${x},${low}V${high}M${x - 6},${low}h12M${x - 6},${high}h12`, class: 'whisker' }));
}

// Words under a bar, broken at spaces; at most three lines.
function caption(svg: SVGElement, x: number, y: number, text: string, width: number): void {
  const most = Math.max(6, Math.floor(width / 6.2));
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + word.length < most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  lines.slice(0, 3).forEach((line, i) => {
    const cut = line.length > most + 2 ? `${line.slice(0, most + 1)}…` : line;
    svg.append(label(x, y + i * 13, cut, 'axis', 'middle'));
  });
}

export function drawParts(panel: HTMLElement, results: Results): void {
  const steps = waterfall(results.parts, results.headline.pnl_usd_micros);
  const describe = steps.map((s) => `${s.name} ${signed(s.to - s.from)}`).join(', ');
  plot(panel, 280, describe, (svg, width) => {
    const [left, right, bottom] = [78, width - 10, 234];
    const [low, high] = padded(steps.flatMap((s) => [s.from, s.to]), true);
    const y = linear(low, high, bottom, 22);
    valueGrid(svg, y, low, high, left, right, 5);
    const slot = (right - left) / steps.length;
    steps.forEach((step, i) => {
      const x = left + i * slot + slot * 0.16;
      const last = i === steps.length - 1;
      const rect = bar(x, slot * 0.68, y(step.from), y(step.to), `${direction(step.to - step.from)}${last ? ' total' : ''}`);
      tip(rect, () => [`${step.name} ${signed(step.to - step.from)}`, step.hint]);
      svg.append(rect, label(x + slot * 0.34, Math.min(y(step.from), y(step.to)) - 9, signed(step.to - step.from), last ? 'value strong' : 'value', 'middle'));
      if (i < steps.length - 2) svg.append(shape('line', { x1: x + slot * 0.68, x2: x + slot, y1: y(step.to), y2: y(step.to), class: 'link' }));
      caption(svg, x + slot * 0.34, bottom + 18, step.name, slot);
    });
  });
}

export function drawLadder(panel: HTMLElement, rungs: readonly Rung[]): boolean {
  if (rungs.length === 0) return false;
  const describe = rungs.map((r) => `${r.name}: ${signed(r.headline.pnl_usd_micros)}, ${intervalText(r.headline)}`).join('; ');
  plot(panel, 300, describe, (svg, width) => {
    const [left, right, bottom] = [78, width - 10, 240];
    const values = rungs.flatMap((r) => [r.headline.pnl_usd_micros, ...(r.headline.pnl_interval_usd_micros ?? [])]);
    const [low, high] = padded(values, true);
    const y = linear(low, high, bottom, 18);
    valueGrid(svg, y, low, high, left, right, 5);
    const slot = (right - left) / rungs.length;
    rungs.forEach((rung, i) => {
      const h = rung.headline;
      const x = left + i * slot + slot * 0.2;
      const rect = bar(x, slot * 0.6, y(0), y(h.pnl_usd_micros), direction(h.pnl_usd_micros));
      tip(rect, () => [`${rung.name}: ${signed(h.pnl_usd_micros)}`, rung.assumes, `${h.bets} bets, ${h.fills} fills, ${intervalText(h)}`, h.verdict_text].filter((t) => t !== ''));
      svg.append(rect);
      if (h.pnl_interval_usd_micros !== null) whisker(svg, x + slot * 0.3, y(h.pnl_interval_usd_micros[0]), y(h.pnl_interval_usd_micros[1]));
      caption(svg, x + slot * 0.3, bottom + 18, rung.name, slot);
    });
  });
  return true;
}

export function drawLatency(panel: HTMLElement, points: readonly LatencyPoint[]): boolean {
  if (points.length === 0) return false;
  const ordered = [...points].sort((a, b) => a.order_latency_ns - b.order_latency_ns);
  const describe = ordered.map((p) => `${format.duration(p.order_latency_ns)}: ${signed(p.headline.pnl_usd_micros)}`).join('; ');
  plot(panel, 300, describe, (svg, width) => {
    const [left, right, bottom] = [78, width - 22, 250];
    const values = ordered.flatMap((p) => [p.headline.pnl_usd_micros, ...(p.headline.pnl_interval_usd_micros ?? [])]);
    const [low, high] = padded(values, true);
    const y = linear(low, high, bottom, 18);
    valueGrid(svg, y, low, high, left, right, 5);
    // Latencies span decades: every point gets the same room, its label says where it is.
    const x = (i: number): number => left + ((right - left) * (i + 0.5)) / ordered.length;
    const banded = ordered.map((p, i) => ({ i, ci: p.headline.pnl_interval_usd_micros })).filter((p) => p.ci !== null);
    if (banded.length > 1) {
      const upper = banded.map((p) => `${x(p.i)},${y(p.ci?.[1] ?? 0)}`);
      const lower = banded.map((p) => `${x(p.i)},${y(p.ci?.[0] ?? 0)}`).reverse();
      svg.append(shape('polygon', { points: [...upper, ...lower].join(' '), class: 'band' }));
    }
    svg.append(shape('polyline', { points: ordered.map((p, i) => `${x(i)},${y(p.headline.pnl_usd_micros)}`).join(' '), class: 'curve' }));
    ordered.forEach((p, i) => {
      const h = p.headline;
      const dot = shape('circle', { cx: x(i), cy: y(h.pnl_usd_micros), r: 5, class: 'dot', tabindex: 0 });
      tip(dot, () => [`${format.duration(p.order_latency_ns)}: ${signed(h.pnl_usd_micros)}`, intervalText(h), `${h.bets} bets, ${h.fills} fills`]);
      svg.append(dot, label(x(i), bottom + 16, p.order_latency_ns === 0 ? '0' : format.duration(p.order_latency_ns), 'axis', 'middle'));
    });
    svg.append(label((left + right) / 2, bottom + 36, 'decision to the venue’s book; not to scale', 'axis', 'middle'));
  });
  return true;
}

const kStageWords: Record<string, string> = {
  seen: 'seen on the screen', 'past fees': 'worth it after fees', 'past risk': 'past books, cash and risk', sent: 'an order was sent',
  filled: 'something filled', settled: 'settled',
};

export function drawFunnel(panel: HTMLElement, results: Results): void {
  const { stages, refusals, phantoms } = results.funnel;
  const most = Math.max(1, ...stages.map((s) => s.count));
  const words = (counts: { name: string; count: number }[]): string => counts.map((c) => `${c.name.replace(/_/g, ' ')} ${format.count(c.count)}`).join(', ');
  plot(panel, 16 + stages.length * 40, stages.map((s) => `${s.name} ${s.count}`).join(', '), (svg, width) => {
    const [left, right] = [172, width - 12];
    stages.forEach((stage, i) => {
      const y = 8 + i * 40;
      const long = Math.max(2, ((right - left) * stage.count) / most);
      const rect = shape('rect', { x: left, y, width: long, height: 20, class: 'stage', tabindex: 0 });
      const profit = stage.profit_usd_micros === null ? [] : [`${format.usd(stage.profit_usd_micros)} profit on the screen`];
      tip(rect, () => [`${kStageWords[stage.name] ?? stage.name}: ${format.count(stage.count)}`, ...profit, ...(stage.lost.length > 0 ? [`lost before: ${words(stage.lost)}`] : [])]);
      const text = `${format.count(stage.count)}${stage.profit_usd_micros === null ? '' : ` · ${format.usd(stage.profit_usd_micros)}`}`;
      const fits = right - left - long > text.length * 6.6 + 10;
      svg.append(
        rect,
        label(left - 8, y + 10, kStageWords[stage.name] ?? stage.name, 'value', 'end'),
        fits ? label(left + long + 6, y + 10, text, 'value') : label(left + long - 6, y + 10, text, 'value inside', 'end'),
      );
      if (stage.lost.length === 0) return;
      const room = Math.floor((right - left) / 5.7);
      const lost = `lost: ${words(stage.lost)}`;
      svg.append(label(left, y - 9, lost.length > room ? `${lost.slice(0, room - 1)}…` : lost, 'axis'));
    });
  });
  const note = document.createElement('p');
  note.className = 'foot hint';
  note.textContent = [
    refusals.length > 0 ? `Intents refused by risk: ${words(refusals)}.` : '',
    phantoms > 0 ? `Signals that were no opportunity (books of different age): ${format.count(phantoms)}, not counted above.` : '',
  ].join(' ').trim();
  if (note.textContent !== '') panel.append(note);
}

export function drawHours(panel: HTMLElement, hours: readonly HourRow[]): boolean {
  if (hours.length < 2) return false;
  const best = hours.filter((h) => h.pnl_usd_micros > 0).length;
  plot(panel, 190, `P&L of ${hours.length} hours, ${best} of them positive`, (svg, width) => {
    const [left, right, bottom] = [78, width - 10, 160];
    const [low, high] = padded(hours.map((h) => h.pnl_usd_micros), true);
    const y = linear(low, high, bottom, 10);
    valueGrid(svg, y, low, high, left, right, 3);
    const slot = (right - left) / hours.length;
    const every = Math.ceil(hours.length / Math.max(2, Math.floor(width / 110)));
    hours.forEach((h, i) => {
      const x = left + i * slot;
      const when = new Date(h.from_ns / 1e6).toISOString();
      const rect = bar(x + slot * 0.1, Math.max(slot * 0.8, 0.6), y(0), y(h.pnl_usd_micros), direction(h.pnl_usd_micros));
      if (hours.length > 100) rect.removeAttribute('tabindex');
      tip(rect, () => [
        `${when.slice(0, 10)} ${when.slice(11, 16)} UTC: ${signed(h.pnl_usd_micros)}`,
        `${h.opportunities} opportunities, ${h.orders} orders, ${h.fills} fills, ${h.plans} plans ended (${signed(h.result_usd_micros)})`,
        `volume ${format.usd(h.volume_usd_micros)}, fees ${format.usd(h.fees_usd_micros)}`,
      ]);
      svg.append(rect);
      if (i % every === 0) svg.append(label(x + slot / 2, bottom + 16, hours.length > 48 ? when.slice(5, 10) : `${when.slice(11, 13)}h`, 'axis', 'middle'));
    });
  });
  return true;
}
