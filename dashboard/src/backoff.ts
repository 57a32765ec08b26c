// Wait before reconnect attempt n = 0, 1, ...: 0.5 s doubling to 15 s, with +-20 % jitter so that pages do not return
// in step. `random` in [0, 1).
export function backoffMs(attempt: number, random: number): number {
  const base = Math.min(500 * 2 ** Math.min(attempt, 10), 15_000);
  return Math.round(base * (0.8 + 0.4 * random));
}
