import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import readline from 'node:readline';
import { PortalProcessSettings } from './portalProcess';

/** A replica that runs in a process of its own. */
export class PortalProcess {
  private readonly lines: string[] = [];
  private readonly listeners = new Set<() => void>();
  private seen = 0;

  constructor(private readonly child: ChildProcess) {
    const said = readline.createInterface({ input: child.stdout! });
    said.on('line', line => {
      this.lines.push(line);
      this.listeners.forEach(listener => listener());
    });
  }

  /** The next line, after the one that was waited for last, that matches. */
  async next(pattern: RegExp): Promise<string> {
    for (;;) {
      const at = this.lines.findIndex(
        (line, index) => index >= this.seen && pattern.test(line),
      );
      if (at >= 0) {
        this.seen = at + 1;
        return this.lines[at];
      }
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`The replica ended:\n${this.lines.join('\n')}`);
      }
      await new Promise<void>(resolve => {
        const heard = () => {
          this.listeners.delete(heard);
          this.child.removeListener('exit', heard);
          resolve();
        };
        this.listeners.add(heard);
        this.child.once('exit', heard);
      });
    }
  }

  /** One that stands by begins. */
  async go(): Promise<void> {
    this.child.stdin!.write('go\n');
    await this.next(/^started$/);
  }

  /** All that it has said. */
  get log(): readonly string[] {
    return this.lines;
  }

  /** It stops right before the nth next step that matches; see `portalProcess.ts`. */
  async stopBefore(pattern: string, nth: number = 1): Promise<void> {
    this.child.stdin!.write(`${nth} ${pattern}\n`);
    await this.next(/^armed$/);
  }

  /** It stands still, wherever it is, until it is resumed. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  /** Gives the exit code, and the signal that ended it. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<unknown[]> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) {
      return [this.child.exitCode, this.child.signalCode];
    }
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    return exited;
  }
}

/** Starts replicas, and ends those that are left at the end of a test. */
export class PortalProcesses {
  private readonly started: PortalProcess[] = [];

  constructor(private readonly directory: string) {}

  async start(settings: PortalProcessSettings): Promise<PortalProcess> {
    const file = path.join(this.directory, `${settings.name}.json`);
    await writeFile(file, JSON.stringify(settings));
    const child = spawn(
      process.execPath,
      [
        '--require',
        require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        path.join(__dirname, 'portalProcess.ts'),
        file,
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const replica = new PortalProcess(child);
    this.started.push(replica);
    return replica;
  }

  async endAll(): Promise<void> {
    for (const replica of this.started.splice(0)) {
      await replica.end('SIGKILL');
    }
  }
}
