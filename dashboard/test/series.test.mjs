import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs } from '../dist/test/backoff.mjs';
import { Series } from '../dist/test/series.mjs';
import { timeTicks, valueTicks } from '../dist/test/ticks.mjs';

const point = (timeMs, equity = timeMs) => ({ timeMs, equity, pnl: 0 });

test('a long run stays bounded, ordered, and keeps both ends', () => {
  const series = new Series(64);
  for (let i = 0; i < 10_000; i += 1) {
    series.push(point(i * 250));
    assert.ok(series.all.length <= 64);
    assert.equal(series.last.timeMs, i * 250);
  }
  assert.equal(series.all[0].timeMs, 0);
  for (let i = 1; i < series.all.length; i += 1) assert.ok(series.all[i].timeMs > series.all[i - 1].timeMs);
});

test('equal time replaces, earlier time is dropped', () => {
  const series = new Series();
  series.push(point(1000, 1));
  series.push(point(1000, 2));
  series.push(point(900, 3));
  assert.deepEqual(series.all.map((p) => p.equity), [2]);
});

test('a window starts one point early, so that the line enters from the edge', () => {
  const series = new Series();
  for (let t = 0; t <= 100; t += 10) series.push(point(t));
  assert.deepEqual(series.window(25).map((p) => p.timeMs), [70, 80, 90, 100]);
  assert.equal(series.window(0).length, 11);
});

test('history replaces what was there', () => {
  const series = new Series();
  series.push(point(5));
  series.replace([point(1), point(2)]);
  assert.deepEqual(series.all.map((p) => p.timeMs), [1, 2]);
});

test('value ticks are round and inside', () => {
  assert.deepEqual(valueTicks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(valueTicks(-1.3, 1.2, 5), [-1, -0.5, 0, 0.5, 1]);
  assert.deepEqual(valueTicks(5, 5, 4), [5]);
  for (const [low, high] of [[9_998e6, 10_004e6], [-3, 7e9], [1e-4, 2e-4]]) {
    const ticks = valueTicks(low, high, 5);
    assert.ok(ticks.length >= 2 && ticks.length <= 6);
    assert.ok(ticks.every((t) => t >= low - 1e-9 && t <= high * (1 + 1e-9)));
  }
});

test('time ticks fall on whole steps', () => {
  assert.deepEqual(timeTicks(1000, 61_000, 5), [15_000, 30_000, 45_000, 60_000]);
  assert.deepEqual(timeTicks(5, 5, 5), []);
});

test('backoff doubles, is capped and jittered', () => {
  assert.equal(backoffMs(0, 0.5), 500);
  assert.equal(backoffMs(1, 0.5), 1000);
  assert.equal(backoffMs(50, 0.5), 15_000);
  assert.equal(backoffMs(0, 0), 400);
  assert.ok(backoffMs(50, 0.999) <= 18_000);
});
