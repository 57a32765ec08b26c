// The equity curve of the whole run in bounded memory: when full, every second point goes and the spacing doubles.
// The last point is always the newest one, whatever the spacing.

export interface Point {
  timeMs: number;
  equity: number; // micro-USD
  pnl: number; // micro-USD
}

export class Series {
  private points: Point[] = [];
  private spacingMs = 0;

  constructor(private readonly capacity = 4096) {}

  get all(): readonly Point[] {
    return this.points;
  }

  get last(): Point | undefined {
    return this.points[this.points.length - 1];
  }

  replace(points: Point[]): void {
    this.points = [];
    this.spacingMs = 0;
    for (const point of points) this.push(point);
  }

  // Points that do not move time forward replace the newest; so do points closer than the spacing.
  push(point: Point): void {
    const n = this.points.length;
    const last = this.points[n - 1];
    if (last !== undefined && point.timeMs < last.timeMs) return;
    const before = this.points[n - 2];
    if (last !== undefined && (point.timeMs === last.timeMs || (before !== undefined && last.timeMs - before.timeMs < this.spacingMs))) {
      this.points[n - 1] = point;
      return;
    }
    this.points.push(point);
    if (this.points.length > this.capacity) this.thin();
  }

  // The points of the last `windowMs`, with one earlier point so that the line enters from the edge. 0 = everything.
  window(windowMs: number): readonly Point[] {
    const last = this.last;
    if (windowMs <= 0 || last === undefined) return this.points;
    const from = last.timeMs - windowMs;
    let start = this.points.findIndex((p) => p.timeMs >= from);
    if (start > 0) start -= 1;
    return this.points.slice(Math.max(0, start));
  }

  private thin(): void {
    const kept = this.points.filter((_, i) => i % 2 === 0);
    const newest = this.points[this.points.length - 1];
    if (newest !== undefined && kept[kept.length - 1] !== newest) kept.push(newest);
    this.points = kept;
    const first = kept[0];
    if (first !== undefined && newest !== undefined) {
      this.spacingMs = Math.max(this.spacingMs * 2, (newest.timeMs - first.timeMs) / kept.length);
    }
  }
}
