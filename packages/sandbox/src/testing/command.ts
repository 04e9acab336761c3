import { spawn, spawnSync } from 'node:child_process';

/** What a command printed and how it ended. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command without a shell. */
export async function runCommand(
  command: string,
  args: string[],
  options: {
    cwd?: string;
    env?: Record<string, string>;
    input?: string;
  } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', ...options.env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', chunk => {
      stdout += String(chunk);
    });
    child.stderr.on('data', chunk => {
      stderr += String(chunk);
    });
    child.on('error', reject);
    child.on('close', code => resolve({ code: code ?? -1, stdout, stderr }));
    child.stdin.on('error', () => {}); // a command may end without reading
    child.stdin.end(options.input ?? '');
  });
}

/**
 * `describe` for tests that need a command; where it is absent they are
 * skipped under a name that says so.
 */
export function describeIf(
  command: string,
  probe: string[],
): (name: string, body: () => void) => void {
  const isPresent = spawnSync(command, probe, { stdio: 'ignore' }).status === 0;
  return (name, body) => {
    const run = isPresent ? describe : describe.skip;
    const why = isPresent ? '' : ` (skipped: ${command} is not installed)`;
    run(`${name}${why}`, body);
  };
}
