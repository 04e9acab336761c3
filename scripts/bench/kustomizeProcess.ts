import { performance } from 'node:perf_hooks';
import {
  DirectoryFileSystem,
  FileSystem,
  MemoryFileSystem,
  build,
} from '@backstage-gitops/kustomize';
import { overlay } from './kustomizeOverlay';

/*
 * Builds in a process of its own, so that its peak is that of one case:
 *
 *   overlay COUNT      a synthetic overlay
 *   tree ROOT TARGET   a directory
 *
 * It sends one message and ends.
 */

/** What a process measured: times of one build, once it is warm. */
export interface MeasuredBuild {
  type: 'measured';
  ms: number;
  cpuMs: number;
  /** Of the whole process, warming up included. */
  peakMB: number;
  objects: number;
  output: string;
}

/** Before it is measured, a process builds this. */
const WARM_UP = { objects: 500, rounds: 4 };
/** Builds go on until this long is spent, or that many are done. */
const ENOUGH = { ms: 1_000, rounds: 5 };

function run(fileSystem: FileSystem, path: string) {
  const result = build({ fileSystem, path });
  return { objects: result.resources.size, output: result.toYaml() };
}

function measureBuild(fileSystem: FileSystem, path: string): MeasuredBuild {
  const warmUp = new MemoryFileSystem(overlay(WARM_UP.objects));
  for (let round = 0; round < WARM_UP.rounds; round++) {
    run(warmUp, 'overlay');
  }
  const rounds: { ms: number; cpuMs: number }[] = [];
  let spent = 0;
  let result = { objects: 0, output: '' };
  while (rounds.length < ENOUGH.rounds && spent < ENOUGH.ms) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    result = run(fileSystem, path);
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    rounds.push({ ms, cpuMs: (user + system) / 1_000 });
    spent += ms;
  }
  rounds.sort((a, b) => a.ms - b.ms);
  const median = rounds[Math.floor((rounds.length - 1) / 2)];
  // Kilobytes, on every system that Node runs on.
  const peakMB = process.resourceUsage().maxRSS / 1024;
  return { type: 'measured', ...median, peakMB, ...result };
}

const [kind, first, second] = process.argv.slice(2);
process.send?.(
  kind === 'overlay'
    ? measureBuild(new MemoryFileSystem(overlay(Number(first))), 'overlay')
    : measureBuild(new DirectoryFileSystem({ root: first }), second),
  () => process.disconnect(),
);
