// Numbers as a trader reads them. Pure functions: units in, text out. Unknown is "–", never 0.

export const kUnknown = '–';
const kMinus = '\u2212';
const kMicros = 1e6;

function grouped(value: number, decimals: number): string {
  const [whole = '0', fraction] = value.toFixed(decimals).split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}

// Two decimals; four when the amount would otherwise round to nothing.
export function usd(micros: number | null, signed = false): string {
  if (micros === null) return kUnknown;
  const dollars = Math.abs(micros) / kMicros;
  const decimals = dollars > 0 && dollars < 0.01 ? 4 : 2;
  const digits = grouped(dollars, decimals);
  if (/^[0.,]*$/.test(digits)) return `$${digits}`;
  if (micros < 0) return `${kMinus}$${digits}`;
  return signed ? `+$${digits}` : `$${digits}`;
}

export function shares(micros: number | null, signed = false): string {
  if (micros === null) return kUnknown;
  const whole = Math.abs(micros) / kMicros;
  const digits = grouped(whole, whole >= 100_000 ? 0 : 2);
  if (/^[0.,]*$/.test(digits)) return digits;
  if (micros < 0) return kMinus + digits;
  return signed ? `+${digits}` : digits;
}

// 1 pip = 0.0001 USD. Three decimals, four where the market's tick needs them.
export function price(pips: number | null): string {
  if (pips === null) return kUnknown;
  return (pips / 10_000).toFixed(pips % 10 === 0 ? 3 : 4);
}

// Edge of one complete set, in cents.
export function edge(pips: number): string {
  const digits = (Math.abs(pips) / 100).toFixed(2);
  return `${pips < 0 ? kMinus : pips > 0 ? '+' : ''}${digits}¢`;
}

export function count(value: number): string {
  return grouped(value, 0);
}

export function compact(value: number): string {
  if (value < 100_000) return count(Math.round(value));
  if (value < 1e6) return `${(value / 1e3).toFixed(0)} k`;
  if (value < 1e9) return `${(value / 1e6).toFixed(2)} M`;
  return `${(value / 1e9).toFixed(2)} G`;
}

function threeDigits(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

// Three significant digits with the unit that fits; minutes and hours as a clock.
export function duration(ns: number | null): string {
  if (ns === null || ns < 0) return kUnknown;
  if (ns < 1e3) return `${Math.round(ns)} ns`;
  if (ns < 999.5e3) return `${threeDigits(ns / 1e3)} µs`;
  if (ns < 999.5e6) return `${threeDigits(ns / 1e6)} ms`;
  const seconds = ns / 1e9;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  return clockDuration(Math.round(seconds));
}

// Ages on the page move four times a second: whole seconds are calm enough.
export function age(ms: number | null): string {
  if (ms === null || ms < 0) return kUnknown;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 59_500) return `${Math.round(ms / 1000)} s`;
  return clockDuration(Math.round(ms / 1000));
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

export function clockDuration(totalSeconds: number): string {
  const days = Math.floor(totalSeconds / 86_400);
  const hours = Math.floor(totalSeconds / 3600) % 24;
  const minutes = Math.floor(totalSeconds / 60) % 60;
  if (days > 0) return `${days} d ${two(hours)} h`;
  if (hours > 0) return `${hours} h ${two(minutes)} m`;
  if (minutes > 0) return `${minutes} m ${two(totalSeconds % 60)} s`;
  return `${totalSeconds} s`;
}

// UTC, because venues and journals speak UTC.
export function timeOfDay(ms: number, withSeconds = true): string {
  const text = new Date(ms).toISOString();
  return text.slice(11, withSeconds ? 19 : 16);
}

export function percent(part: number, whole: number): string {
  return whole > 0 ? `${((100 * part) / whole).toFixed(part === whole || part === 0 ? 0 : 1)} %` : kUnknown;
}

export type Tone = 'up' | 'down' | 'flat';
export function tone(value: number | null): Tone {
  if (value === null || value === 0) return 'flat';
  return value > 0 ? 'up' : 'down';
}
