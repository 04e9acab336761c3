import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';

const KILL_AFTER_MS = 15_000;

/**
 * The processes of the demo. Each writes to a log file of its own; when one
 * ends that should not, all are stopped and the end of its log is shown.
 */
export class Processes {
  constructor({ logDir, onFailure }) {
    mkdirSync(logDir, { recursive: true });
    this.logDir = logDir;
    this.onFailure = onFailure;
    this.children = new Map();
    this.stopping = false;
  }

  /** `options.fatal` matches output after which waiting is in vain. */
  start(name, command, args, options = {}) {
    const logFile = path.join(this.logDir, `${name}.log`);
    const log = createWriteStream(logFile);
    const { fatal, ...spawnOptions } = options;
    const child = spawn(command, args, {
      ...spawnOptions,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C reaches us alone, and we end each in order.
      detached: true,
    });
    const tail = [];
    const onData = chunk => {
      log.write(chunk);
      tail.push(chunk);
      if (fatal?.test(chunk.toString()) && !this.stopping) {
        this.onFailure(
          `${name} cannot start. From ${logFile}:\n${chunk.toString().trim()}`,
        );
      }
      if (tail.length > 50) {
        tail.shift();
      }
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.once('error', error => this.onFailure(`${name}: ${error.message}`));
    child.exited = new Promise(resolve => {
      child.once('exit', (code, signal) => {
        log.end();
        resolve();
        if (!this.stopping) {
          const lines = Buffer.concat(tail).toString().trimEnd().split('\n');
          this.onFailure(
            `${name} ended unexpectedly (${signal ?? `code ${code}`}). The end of ${logFile}:\n${lines.slice(-20).join('\n')}`,
          );
        }
      });
    });
    this.children.set(name, child);
    return { child, logFile };
  }

  async stop() {
    this.stopping = true;
    for (const child of [...this.children.values()].reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) {
        continue;
      }
      signalGroup(child, 'SIGTERM');
      const timer = setTimeout(
        () => signalGroup(child, 'SIGKILL'),
        KILL_AFTER_MS,
      );
      await child.exited;
      clearTimeout(timer);
      // What the leader left behind, such as a dev server's worker.
      signalGroup(child, 'SIGKILL');
    }
  }
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') {
      throw error;
    }
  }
}
