import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as f from '../dist/test/format.mjs';

test('money has two decimals, four when it would round to nothing', () => {
  assert.equal(f.usd(1_234_567_890), '$1,234.57');
  assert.equal(f.usd(-12_300_000), '−$12.30');
  assert.equal(f.usd(12_300_000, true), '+$12.30');
  assert.equal(f.usd(3_100), '$0.0031');
  assert.equal(f.usd(-3_100), '−$0.0031');
  assert.equal(f.usd(0, true), '$0.00');
  assert.equal(f.usd(-1), '$0.0000'); // no sign in front of what reads as zero
  assert.equal(f.usd(null), '–');
});

test('shares', () => {
  assert.equal(f.shares(12_340_000), '12.34');
  assert.equal(f.shares(-12_500_000, true), '−12.50');
  assert.equal(f.shares(25_000_000, true), '+25.00');
  assert.equal(f.shares(123_456_700_000), '123,457');
  assert.equal(f.shares(null), '–');
});

test('prices follow the tick', () => {
  assert.equal(f.price(5200), '0.520');
  assert.equal(f.price(5225), '0.5225');
  assert.equal(f.price(0), '0.000');
  assert.equal(f.price(10_000), '1.000');
  assert.equal(f.price(null), '–');
});

test('edge in cents a set', () => {
  assert.equal(f.edge(84), '+0.84¢');
  assert.equal(f.edge(-7), '−0.07¢');
  assert.equal(f.edge(0), '0.00¢');
});

test('durations keep three digits and the unit that fits', () => {
  assert.equal(f.duration(0), '0 ns');
  assert.equal(f.duration(850), '850 ns');
  assert.equal(f.duration(1240), '1.24 µs');
  assert.equal(f.duration(12_400), '12.4 µs');
  assert.equal(f.duration(999_600), '1.00 ms');
  assert.equal(f.duration(321_000_000), '321 ms');
  assert.equal(f.duration(1_500_000_000), '1.5 s');
  assert.equal(f.duration(125e9), '2 m 05 s');
  assert.equal(f.duration(null), '–');
  assert.equal(f.duration(-1), '–');
});

test('ages and clocks', () => {
  assert.equal(f.age(340), '340 ms');
  assert.equal(f.age(1500), '1.5 s');
  assert.equal(f.age(42_000), '42 s');
  assert.equal(f.age(3_840_000), '1 h 04 m');
  assert.equal(f.age(null), '–');
  assert.equal(f.clockDuration(59), '59 s');
  assert.equal(f.clockDuration(90_000), '1 d 01 h');
  assert.equal(f.timeOfDay(Date.UTC(2026, 0, 2, 3, 4, 5)), '03:04:05');
  assert.equal(f.timeOfDay(Date.UTC(2026, 0, 2, 3, 4, 5), false), '03:04');
});

test('counts', () => {
  assert.equal(f.count(1234567), '1,234,567');
  assert.equal(f.compact(99_999), '99,999');
  assert.equal(f.compact(123_456), '123 k');
  assert.equal(f.compact(12_345_678), '12.35 M');
  assert.equal(f.percent(10, 40), '25.0 %');
  assert.equal(f.percent(40, 40), '100 %');
  assert.equal(f.percent(0, 0), '–');
});

test('tone', () => {
  assert.deepEqual([f.tone(1), f.tone(-1), f.tone(0), f.tone(null)], ['up', 'down', 'flat', 'flat']);
});
