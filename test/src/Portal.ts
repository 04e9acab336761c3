import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const root = path.dirname(
  path.dirname(require.resolve('@backstage-gitops/test/package.json')),
);

/** `npm start` from the repository's root, until it is stopped. */
export class Portal {
  output = '';
  readonly child: ChildProcess;
  private readonly listeners = new Set<() => void>();

  /** @param env - variables besides those of this process */
  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, ['scripts/start.mjs', ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (chunk: Buffer) => {
      this.output += chunk;
      this.listeners.forEach(listener => listener());
    };
    this.child.stdout!.on('data', hear);
    this.child.stderr!.on('data', hear);
    this.child.once('exit', () => this.listeners.forEach(heard => heard()));
  }

  /** Resolves once the output matches; fails when the process ends before. */
  says(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (pattern.test(this.output)) {
          this.listeners.delete(look);
          resolve();
        } else if (this.child.exitCode !== null) {
          this.listeners.delete(look);
          reject(new Error(`ended without saying ${pattern}:\n${this.output}`));
        }
      };
      this.listeners.add(look);
      look();
    });
  }

  async stop(): Promise<number | null> {
    if (this.child.exitCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGINT');
      await exited;
    }
    return this.child.exitCode;
  }
}
