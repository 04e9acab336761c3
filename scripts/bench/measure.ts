import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** One line of `npm run bench`. Times in milliseconds, memory in MB. */
export interface BenchResult {
  name: string;
  n: number;
  ms: number;
  cpuMs: number;
  peakMB: number;
  loopP99Ms: number;
  /** The longest that the event loop stood still. */
  loopMaxMs: number;
  [extra: string]: string | number;
}

/** Runs once and prints a result line; `n` is how many things were handled. */
export async function measure(
  name: string,
  n: number,
  work: () => Promise<Record<string, number> | void>,
): Promise<void> {
  globalThis.gc?.();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  let peak = process.memoryUsage().rss;
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 20);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const extra = (await work()) ?? {};
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(sampler);
  delay.disable();
  peak = Math.max(peak, process.memoryUsage().rss);
  const result: BenchResult = {
    name,
    n,
    ms: Math.round(ms),
    cpuMs: Math.round((user + system) / 1_000),
    peakMB: Math.round(peak / 1024 / 1024),
    loopP99Ms: Math.round(delay.percentile(99) / 1e6),
    loopMaxMs: Math.round(delay.max / 1e6),
    ...extra,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
