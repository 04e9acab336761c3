import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';
import { parseJson } from '@backstage-gitops/kubernetes-yaml';

/** What a process printed: a JSON object a line, by its `step`. */
export interface ProcessResult {
  steps: ReadonlyMap<string, Record<string, unknown>>;
  exitCode: number | null;
}

/**
 * Runs a file of this folder until it ends. Jest's modules are not those of Node;
 * only a process of its own has threads that load the worker entry by the name of
 * the package.
 */
export async function runProcess(
  file: string,
  args: readonly string[] = [],
): Promise<ProcessResult> {
  const child = spawn(
    process.execPath,
    [
      '--require',
      require.resolve('@backstage/cli/config/nodeTransform.cjs'),
      path.resolve(__dirname, file),
      ...args,
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      // An option for the whole process would win over the threads' limits.
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  const exited = once(child, 'exit');
  const steps = new Map<string, Record<string, unknown>>();
  for await (const line of readline.createInterface({ input: child.stdout })) {
    const { step, ...result } = parseJson(line) as Record<string, unknown>;
    steps.set(String(step), result);
  }
  const [exitCode] = await exited;
  return { steps, exitCode };
}
