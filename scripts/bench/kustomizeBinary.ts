import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** A program that builds as kustomize does. */
export interface Binary {
  /** Such as `kustomize v5.8.1`. */
  name: string;
  /** Builds a directory in a process of its own; undefined where it fails. */
  build(directory: string): { ms: number; output: string } | undefined;
}

const LARGEST_OUTPUT = 1024 * 1024 * 1024;

/** The `kustomize` on the PATH, else `kubectl kustomize`, else nothing. */
export function findBinary(): Binary | undefined {
  for (const [program, version, build] of [
    ['kustomize', ['version'], ['build']],
    ['kubectl', ['version', '--client'], ['kustomize']],
  ] as const) {
    const { status, stdout } = spawnSync(program, [...version], {
      encoding: 'utf8',
    });
    const number = /(?:^|Kustomize Version: )(v[0-9.]+)/m.exec(stdout ?? '');
    if (status === 0) {
      return {
        name: `${program} ${number?.[1] ?? ''}`.trim(),
        build: directory => run(program, [...build, directory]),
      };
    }
  }
  return undefined;
}

function run(program: string, args: string[]) {
  const start = performance.now();
  const { status, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: LARGEST_OUTPUT,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0
    ? { ms: performance.now() - start, output: stdout }
    : undefined;
}
