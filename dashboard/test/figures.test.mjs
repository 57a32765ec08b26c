import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawdowns, matching, nearest, padded, sorted, waterfall } from '../dist/test/figures.mjs';

test('drawdown is measured from the highest so far', () => {
  assert.deepEqual(drawdowns([10, 12, 9, 12, 15, 14]), [0, 0, -3, 0, 0, -1]);
  assert.deepEqual(drawdowns([]), []);
});

test('the waterfall walks from zero to the whole', () => {
  const parts = {
    spread_usd_micros: 5, slippage_usd_micros: -2, travel_usd_micros: 1, drift_usd_micros: -4,
    fees_usd_micros: -3, gas_usd_micros: -1, rest_usd_micros: 10,
  };
  const steps = waterfall(parts, 6);
  assert.deepEqual(steps.map((s) => s.to - s.from), [5, -2, 1, -4, -3, -1, 10, 6]);
  assert.equal(steps[6].to, 6);
  for (let i = 1; i < 7; i += 1) assert.equal(steps[i].from, steps[i - 1].to);
});

test('nearest point of a rising axis', () => {
  const xs = [0, 10, 20, 40];
  assert.deepEqual([-5, 4, 6, 29, 31, 99].map((x) => nearest(xs, x)), [0, 0, 1, 2, 3, 3]);
  assert.equal(nearest([], 1), -1);
});

test('axes are never flat and keep zero when asked', () => {
  for (const values of [[0], [5e6], [-5e6], [1e6, 2e6]]) {
    const [low, high] = padded(values, true);
    assert.ok(low < high && low <= 0 && high >= 0);
  }
  const [low] = padded([5e6, 6e6], false);
  assert.ok(low > 0);
});

test('rows sort both ways and match every word', () => {
  const rows = [{ name: 'Rain?', group: 'weather', fills: 2 }, { name: 'Snow?', group: 'weather', fills: 9 }, { name: 'Cup', group: '', fills: 5 }];
  assert.deepEqual(sorted(rows, 'fills', true).map((r) => r.fills), [9, 5, 2]);
  assert.deepEqual(sorted(rows, 'name', false).map((r) => r.name), ['Cup', 'Rain?', 'Snow?']);
  assert.deepEqual(matching(rows, 'WEATHER sn').map((r) => r.name), ['Snow?']);
  assert.equal(matching(rows, ' ').length, 3);
});
