import { spawn } from 'node:child_process';
import { SandboxError } from '../errors';

/** How a git command is run. */
export interface GitCommandOptions {
  cwd?: string;
  env?: Record<string, string>;
  input?: string | Buffer;
}

/** Nothing of the machine's or user's git configuration applies. */
export function gitEnvironment(
  more: Record<string, string> = {},
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    ...more,
  };
}

/**
 * Runs git without a shell and returns what it prints.
 *
 * @throws {@link SandboxError} `git-missing`, `git-failed`
 */
export async function runGit(
  args: string[],
  options: GitCommandOptions = {},
): Promise<Buffer> {
  return new Promise<Buffer>((resolve, reject) => {
    const child = spawn('git', args, {
      cwd: options.cwd,
      env: gitEnvironment(options.env),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.stdin.on('error', () => {}); // git may end before it has read all
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(startFailure(error)),
    );
    child.on('close', code => {
      if (code === 0) {
        resolve(Buffer.concat(output));
        return;
      }
      reject(
        new SandboxError({
          code: 'git-failed',
          message: `git ${args[0]} failed (${code}): ${Buffer.concat(errors)
            .toString('utf8')
            .trim()}`,
          hint: 'See the message of git.',
        }),
      );
    });
    child.stdin.end(options.input);
  });
}

/** What a failure to start git means. */
export function startFailure(error: NodeJS.ErrnoException): SandboxError {
  return new SandboxError({
    code: error.code === 'ENOENT' ? 'git-missing' : 'git-failed',
    message:
      error.code === 'ENOENT'
        ? 'git is not installed.'
        : `git cannot be started: ${error.code ?? error.message}.`,
    hint: 'Install git 2.30 or newer and make sure that it is on the PATH.',
    cause: error,
  });
}
