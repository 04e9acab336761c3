import { spawn } from 'node:child_process';

/** Runs a program to its end; fails with what it said on a code other than 0. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; input?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const { cwd, input = '' } = options;
    const child = spawn(command, args, { cwd });
    // One that reads nothing may end before; its code tells how it went.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', chunk => {
      stdout += chunk;
    });
    child.stderr.on('data', chunk => {
      stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', code => {
      if (code === 0) {
        resolve(stdout);
      } else {
        reject(
          new Error(`${command} ${args.join(' ')}: code ${code}\n${stderr}`),
        );
      }
    });
  });
}
