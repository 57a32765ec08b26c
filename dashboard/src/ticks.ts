// Axis ticks at round values.

export function valueTicks(low: number, high: number, wanted: number): number[] {
  if (!(high > low) || wanted < 1) return [low];
  const raw = (high - low) / wanted;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((m) => m * magnitude >= raw) ?? 10) * magnitude;
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) ticks.push(i * step + 0); // + 0: never -0
  return ticks;
}

const kTimeStepsMs = [
  1, 2, 5, 15, 30, 60, 120, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800, 604_800,
].map((s) => s * 1000);

export function timeTicks(fromMs: number, toMs: number, wanted: number): number[] {
  const span = toMs - fromMs;
  if (!(span > 0)) return [];
  const step = kTimeStepsMs.find((s) => span / s <= wanted) ?? 604_800_000;
  const ticks: number[] = [];
  for (let t = Math.ceil(fromMs / step) * step; t <= toMs; t += step) ticks.push(t);
  return ticks;
}
