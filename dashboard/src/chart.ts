// The equity / P&L chart: one canvas, drawn by hand. Colours come from the style sheet, so both themes work.
import * as format from './format';
import type { Point, Series } from './series';
import { timeTicks, valueTicks } from './ticks';

export type ChartValue = 'equity' | 'pnl';

const kPad = { top: 12, bottom: 22, left: 10 };

interface Scale {
  x(timeMs: number): number;
  y(micros: number): number;
  fromMs: number;
  toMs: number;
  low: number;
  high: number;
}

export class Chart {
  value: ChartValue = 'equity';
  windowMs = 0; // 0 = the whole run
  private hoverX: number | undefined;
  private queued = false;
  private padRight = 68; // room for the widest value on the axis

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly series: Series,
    private readonly readout: HTMLElement,
  ) {
    new ResizeObserver(() => this.redraw()).observe(canvas);
    canvas.addEventListener('pointermove', (event) => this.hover(event.offsetX));
    canvas.addEventListener('pointerleave', () => this.hover(undefined));
    // Keyboard: arrows walk the cross-hair over the curve.
    canvas.addEventListener('keydown', (event) => {
      const step = event.key === 'ArrowLeft' ? -8 : event.key === 'ArrowRight' ? 8 : 0;
      if (event.key === 'Escape') this.hover(undefined);
      if (step === 0) return;
      event.preventDefault();
      const right = canvas.clientWidth - this.padRight;
      this.hover(Math.min(right, Math.max(kPad.left, (this.hoverX ?? right) + step)));
    });
    canvas.addEventListener('blur', () => this.hover(undefined));
  }

  redraw(): void {
    if (this.queued) return;
    this.queued = true;
    requestAnimationFrame(() => {
      this.queued = false;
      this.draw();
    });
  }

  private hover(x: number | undefined): void {
    this.hoverX = x;
    this.redraw();
  }

  private micros(point: Point): number {
    return this.value === 'equity' ? point.equity : point.pnl;
  }

  private scale(context: CanvasRenderingContext2D, points: readonly Point[], width: number, height: number): Scale | undefined {
    const first = points[0];
    const last = points[points.length - 1];
    if (first === undefined || last === undefined || last.timeMs <= first.timeMs) return undefined;
    const fromMs = this.windowMs > 0 ? Math.max(first.timeMs, last.timeMs - this.windowMs) : first.timeMs;
    let low = Infinity;
    let high = -Infinity;
    for (const point of points) {
      low = Math.min(low, this.micros(point));
      high = Math.max(high, this.micros(point));
    }
    if (this.value === 'pnl') {
      low = Math.min(low, 0);
      high = Math.max(high, 0);
    }
    // A flat line must not look like a mountain: at least one dollar from bottom to top.
    const room = Math.max((high - low) * 0.08, (1e6 - (high - low)) / 2, 0);
    low -= room;
    high += room;
    const signed = this.value === 'pnl';
    this.padRight = 20 + Math.max(...[low, high].map((v) => context.measureText(format.usd(Math.round(v), signed)).width));
    const plotWidth = width - kPad.left - this.padRight;
    const plotHeight = height - kPad.top - kPad.bottom;
    return {
      fromMs,
      toMs: last.timeMs,
      low,
      high,
      x: (t) => kPad.left + ((t - fromMs) / (last.timeMs - fromMs)) * plotWidth,
      y: (v) => kPad.top + ((high - v) / (high - low)) * plotHeight,
    };
  }

  private draw(): void {
    const width = this.canvas.clientWidth;
    const height = this.canvas.clientHeight;
    const context = this.canvas.getContext('2d');
    if (context === null || width === 0 || height === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const [pixelWidth, pixelHeight] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== pixelWidth || this.canvas.height !== pixelHeight) {
      this.canvas.width = pixelWidth;
      this.canvas.height = pixelHeight;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const style = getComputedStyle(this.canvas);
    const color = (name: string): string => style.getPropertyValue(name).trim();
    context.font = `11px ${style.fontFamily}`;

    const points = this.series.window(this.windowMs);
    const scale = this.scale(context, points, width, height);
    this.canvas.classList.toggle('blank', scale === undefined);
    if (scale === undefined) {
      context.fillStyle = color('--muted');
      context.textAlign = 'center';
      context.fillText('The curve starts with the second reading.', width / 2, height / 2);
      this.readout.textContent = '';
      return;
    }
    this.drawGrid(context, scale, points, width, height, color);
    this.drawCurve(context, scale, points, width, height, color);
    this.drawHover(context, scale, points, height, color);
  }

  private drawGrid(
    c: CanvasRenderingContext2D, s: Scale, points: readonly Point[], width: number, height: number,
    color: (n: string) => string,
  ): void {
    const last = points[points.length - 1];
    const currentY = last === undefined ? -1 : s.y(this.micros(last));
    c.lineWidth = 1;
    c.fillStyle = color('--muted');
    c.textBaseline = 'middle';
    c.textAlign = 'left';
    for (const tick of valueTicks(s.low, s.high, Math.max(2, Math.floor(height / 48)))) {
      const y = Math.round(s.y(tick)) + 0.5;
      c.strokeStyle = tick === 0 ? color('--line-strong') : color('--line');
      c.beginPath();
      c.moveTo(kPad.left, y);
      c.lineTo(width - this.padRight, y);
      c.stroke();
      if (Math.abs(y - currentY) < 15) continue; // the current value's box is there
      c.fillText(format.usd(Math.round(tick), this.value === 'pnl'), width - this.padRight + 8, y);
    }
    c.textAlign = 'center';
    const withSeconds = s.toMs - s.fromMs < 600_000;
    for (const tick of timeTicks(s.fromMs, s.toMs, Math.max(2, Math.floor(width / 110)))) {
      const x = s.x(tick);
      if (x < kPad.left + 24 || x > width - this.padRight - 20) continue;
      c.fillText(format.timeOfDay(tick, withSeconds), x, height - kPad.bottom / 2 + 2);
    }
  }

  private drawCurve(
    c: CanvasRenderingContext2D, s: Scale, points: readonly Point[], width: number, height: number,
    color: (n: string) => string,
  ): void {
    const last = points[points.length - 1];
    if (last === undefined) return;
    c.save();
    c.beginPath();
    c.rect(kPad.left, 0, width - kPad.left - this.padRight, height);
    c.clip();
    c.beginPath();
    points.forEach((p, i) => (i === 0 ? c.moveTo(s.x(p.timeMs), s.y(this.micros(p))) : c.lineTo(s.x(p.timeMs), s.y(this.micros(p)))));
    c.strokeStyle = color('--accent');
    c.lineWidth = 1.6;
    c.lineJoin = 'round';
    c.stroke();
    // An area means "distance from zero": only the P&L axis has its zero in view.
    if (this.value === 'pnl') {
      c.lineTo(s.x(last.timeMs), s.y(0));
      c.lineTo(s.x((points[0] ?? last).timeMs), s.y(0));
      c.closePath();
      c.fillStyle = color('--accent-wash');
      c.fill();
    }
    c.restore();

    const y = s.y(this.micros(last));
    const text = format.usd(this.micros(last), this.value === 'pnl');
    const boxWidth = Math.max(c.measureText(text).width + 10, 40);
    c.fillStyle = color('--accent');
    c.fillRect(width - this.padRight + 3, y - 9, boxWidth, 18);
    c.fillStyle = color('--panel');
    c.textAlign = 'left';
    c.fillText(text, width - this.padRight + 8, y + 0.5);
  }

  private drawHover(
    c: CanvasRenderingContext2D, s: Scale, points: readonly Point[], height: number, color: (n: string) => string,
  ): void {
    if (this.hoverX === undefined) {
      this.readout.textContent = '';
      return;
    }
    let nearest = points[0];
    for (const point of points) {
      if (nearest === undefined || Math.abs(s.x(point.timeMs) - this.hoverX) < Math.abs(s.x(nearest.timeMs) - this.hoverX)) {
        nearest = point;
      }
    }
    if (nearest === undefined) return;
    const x = s.x(nearest.timeMs);
    c.strokeStyle = color('--muted');
    c.setLineDash([3, 3]);
    c.beginPath();
    c.moveTo(x, kPad.top);
    c.lineTo(x, height - kPad.bottom);
    c.stroke();
    c.setLineDash([]);
    c.fillStyle = color('--accent');
    c.beginPath();
    c.arc(x, s.y(this.micros(nearest)), 3.5, 0, 2 * Math.PI);
    c.fill();
    this.readout.textContent =
      `${format.timeOfDay(nearest.timeMs)} UTC · equity ${format.usd(nearest.equity)} · P&L ${format.usd(nearest.pnl, true)}`;
  }
}
