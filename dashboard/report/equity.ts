// Equity with its drawdown underneath, on one time axis. Drag to zoom, arrow keys to read.
import * as format from '../src/format';
import { timeTicks, valueTicks } from '../src/ticks';
import type { Results } from './data';
import { drawdowns, nearest, padded } from './figures';
import { label, linear, plot, shape, type Axis } from './plot';

const kHeight = 330;
const kTop = 12;
const kEquityBottom = 210;
const kDrawdownTop = 232;
const kDrawdownBottom = 302;
const kLeft = 10;

interface Point {
  ms: number;
  equity: number;
  cash: number;
  bound: number;
  drawdown: number;
}

const micros = (value: number): string => format.usd(Math.round(value));
export const dateTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

function path(points: readonly Point[], x: Axis, y: Axis, value: (p: Point) => number): string {
  return points.map((p, i) => `${i === 0 ? 'M' : 'L'}${x(p.ms).toFixed(1)},${y(value(p)).toFixed(1)}`).join('');
}

class EquityPlot {
  private readonly points: Point[];
  private from: number;
  private to: number;
  private at = -1; // index of the point being read
  private x: Axis = () => 0;
  private shown: Point[] = [];
  private dragFrom: number | undefined;

  constructor(
    private readonly svg: SVGElement,
    private readonly readout: HTMLElement,
    private readonly whole: HTMLButtonElement,
    results: Results,
  ) {
    const under = drawdowns(results.curve.map((p) => p[1]));
    this.points = results.curve.map(([ns, equity, cash, bound], i) => ({ ms: ns / 1e6, equity, cash, bound, drawdown: under[i] ?? 0 }));
    this.from = this.points[0]?.ms ?? 0;
    this.to = this.points[this.points.length - 1]?.ms ?? 0;
    whole.addEventListener('click', () => this.zoom(this.points[0]?.ms ?? 0, this.points[this.points.length - 1]?.ms ?? 0));
    svg.addEventListener('pointerdown', (event) => {
      this.dragFrom = event.offsetX;
      svg.setPointerCapture(event.pointerId);
    });
    svg.addEventListener('pointermove', (event) => this.moved(event.offsetX));
    svg.addEventListener('pointerup', (event) => this.released(event.offsetX));
    svg.addEventListener('pointerleave', () => this.read(-1));
    svg.addEventListener('dblclick', () => whole.click());
    svg.addEventListener('keydown', (event) => this.key(event as KeyboardEvent));
    svg.addEventListener('blur', () => this.read(-1));
  }

  draw(width: number): void {
    const svg = this.svg;
    svg.replaceChildren();
    // One point beyond each end, so that the line enters and leaves the view.
    const first = Math.max(0, this.points.findIndex((p) => p.ms >= this.from) - 1);
    const after = this.points.findIndex((p) => p.ms > this.to);
    this.shown = this.points.slice(first, after < 0 ? undefined : after + 1);
    const inside = this.shown.filter((p) => p.ms >= this.from && p.ms <= this.to);
    const [low, high] = padded((inside.length > 0 ? inside : this.shown).map((p) => p.equity), false);
    const deepest = Math.min(-1e4, ...this.shown.map((p) => p.drawdown));
    const right = width - 84;
    this.x = linear(this.from, this.to, kLeft, right);
    const y = linear(low, high, kEquityBottom, kTop);
    const down = linear(deepest, 0, kDrawdownBottom, kDrawdownTop);
    for (const tick of valueTicks(low, high, 4)) this.gridLine(y(tick), right, micros(tick));
    for (const tick of valueTicks(deepest, 0, 2)) this.gridLine(down(tick), right, micros(tick));
    const withSeconds = this.to - this.from < 600_000;
    const days = this.to - this.from > 2 * 86_400_000;
    for (const tick of timeTicks(this.from, this.to, Math.max(2, Math.floor(width / 120)))) {
      const at = this.x(tick);
      if (at < kLeft + 20 || at > right - 20) continue;
      svg.append(label(at, kHeight - 12, days ? new Date(tick).toISOString().slice(5, 10) : format.timeOfDay(tick, withSeconds), 'axis', 'middle'));
    }
    const clip = shape('clipPath', { id: 'equity-clip' });
    clip.append(shape('rect', { x: kLeft, y: 0, width: right - kLeft, height: kHeight }));
    const lines = shape('g', { 'clip-path': 'url(#equity-clip)' });
    const [begin, end] = [this.shown[0], this.shown[this.shown.length - 1]];
    if (begin !== undefined && end !== undefined) {
      const area = `${path(this.shown, this.x, down, (p) => p.drawdown)}L${this.x(end.ms)},${down(0)}L${this.x(begin.ms)},${down(0)}Z`;
      lines.append(shape('path', { d: area, class: 'drawdown' }), shape('path', { d: path(this.shown, this.x, y, (p) => p.equity), class: 'curve' }));
      const start = this.points[0]?.equity ?? 0;
      if (start > low && start < high) lines.append(shape('line', { x1: kLeft, x2: right, y1: y(start), y2: y(start), class: 'start' }));
    }
    svg.append(clip, lines, label(kLeft + 2, kDrawdownTop - 10, 'under the highest equity so far'));
    const cross = shape('g', { class: 'cross', visibility: 'hidden' });
    cross.append(
      shape('line', { y1: kTop, y2: kDrawdownBottom, class: 'hair' }),
      shape('circle', { r: 3.5, class: 'dot' }),
      shape('rect', { y: kTop, height: kDrawdownBottom - kTop, class: 'selection' }),
    );
    cross.dataset['low'] = String(low);
    svg.append(cross);
    this.showCross = (p, selection) => {
      cross.setAttribute('visibility', p === undefined && selection === undefined ? 'hidden' : 'visible');
      const [hair, dot, box] = [...cross.children];
      const at = p === undefined ? -9 : this.x(p.ms);
      hair?.setAttribute('x1', String(at));
      hair?.setAttribute('x2', String(at));
      dot?.setAttribute('cx', String(at));
      dot?.setAttribute('cy', String(p === undefined ? -9 : y(p.equity)));
      box?.setAttribute('x', String(selection === undefined ? 0 : Math.min(...selection)));
      box?.setAttribute('width', String(selection === undefined ? 0 : Math.abs(selection[1] - selection[0])));
    };
  }

  private showCross: (p: Point | undefined, selection?: [number, number]) => void = () => undefined;

  private gridLine(y: number, right: number, text: string): void {
    this.svg.append(shape('line', { x1: kLeft, x2: right, y1: y, y2: y, class: 'grid' }), label(right + 8, y, text));
  }

  private time(offsetX: number): number {
    const span = this.x(this.to) - this.x(this.from);
    return this.from + ((offsetX - this.x(this.from)) / (span === 0 ? 1 : span)) * (this.to - this.from);
  }

  private moved(offsetX: number): void {
    this.read(nearest(this.points.map((p) => p.ms), Math.min(this.to, Math.max(this.from, this.time(offsetX)))));
    if (this.dragFrom !== undefined) this.showCross(this.points[this.at], [this.dragFrom, offsetX]);
  }

  private released(offsetX: number): void {
    const begin = this.dragFrom;
    this.dragFrom = undefined;
    if (begin === undefined) return;
    if (Math.abs(offsetX - begin) < 6) return this.read(this.at);
    const ends = [this.time(begin), this.time(offsetX)].map((t) => Math.min(this.to, Math.max(this.from, t)));
    this.zoom(Math.min(...ends), Math.max(...ends));
  }

  private zoom(from: number, to: number): void {
    if (!(to > from)) return;
    this.from = from;
    this.to = to;
    this.whole.hidden = from <= (this.points[0]?.ms ?? 0) && to >= (this.points[this.points.length - 1]?.ms ?? 0);
    this.draw(this.svg.clientWidth);
    this.read(-1);
  }

  private key(event: KeyboardEvent): void {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (event.key === 'Escape') this.whole.click();
    if (step === 0) return;
    event.preventDefault();
    const stride = Math.max(1, Math.floor(this.shown.length / 100));
    this.read(Math.min(this.points.length - 1, Math.max(0, (this.at < 0 ? this.points.length - 1 : this.at) + step * stride)));
  }

  private read(index: number): void {
    this.at = index;
    const p = this.points[index];
    this.showCross(p);
    this.readout.textContent =
      p === undefined ? '' : `${dateTime(p.ms)} · equity ${format.usd(p.equity)} · drawdown ${format.usd(p.drawdown)} · bound ${format.usd(p.bound)}`;
  }
}

export function drawEquity(panel: HTMLElement, results: Results): boolean {
  if (results.curve.length < 2) return false;
  const { headline, drawdown } = results;
  const describe =
    `Equity from ${format.usd(headline.starting_cash_usd_micros)} to ${format.usd(headline.final_equity_usd_micros)}` +
    (drawdown === null ? '' : `, deepest drawdown ${format.usd(drawdown.depth_usd_micros)}`);
  const readout = panel.querySelector('output');
  const whole = panel.querySelector('button');
  if (readout === null || whole === null) throw new Error('no read-out');
  let equity: EquityPlot | undefined;
  const svg = plot(panel, kHeight, describe, (target, width) => {
    equity ??= new EquityPlot(target, readout, whole, results);
    equity.draw(width);
  });
  svg.setAttribute('tabindex', '0');
  return true;
}
