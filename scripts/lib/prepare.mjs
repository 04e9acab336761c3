// Runs on whatever Node the machine has (20 or newer): installs what is missing
// and hands over to the Node 24 that comes with the dependencies.
import { spawn } from 'node:child_process';
import { existsSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  '../..',
);
export const bin = path.join(root, 'node_modules/.bin');
export const node24 = path.join(bin, 'node');

const marker = path.join(root, 'node_modules/.package-lock.json');

function isInstalled() {
  if (!existsSync(marker) || !existsSync(node24)) {
    return false;
  }
  const lock = path.join(root, 'package-lock.json');
  return (
    !existsSync(lock) || statSync(marker).mtimeMs >= statSync(lock).mtimeMs
  );
}

/** `npm install`, with a sign of life: it can take minutes and says nothing. */
export async function installDependencies() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) {
    throw new Error(
      `Node ${process.version} is too old; install Node 20 or newer and run this again`,
    );
  }
  if (isInstalled()) {
    return;
  }
  console.log(
    'Installing dependencies (about five minutes the first time) ...',
  );
  const started = Date.now();
  const tick = setInterval(() => {
    console.log(`  ... ${Math.round((Date.now() - started) / 1000)} s`);
  }, 20_000);
  const output = [];
  try {
    await new Promise((resolve, reject) => {
      const child = spawn(
        process.platform === 'win32' ? 'npm.cmd' : 'npm',
        ['install', '--no-audit', '--no-fund', '--loglevel=error'],
        { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
      );
      child.stdout.on('data', chunk => output.push(chunk));
      child.stderr.on('data', chunk => output.push(chunk));
      child.once('error', reject);
      child.once('exit', code =>
        code === 0
          ? resolve()
          : reject(
              new Error(
                `npm install ended with code ${code}:\n${Buffer.concat(output)}`,
              ),
            ),
      );
    });
  } finally {
    clearInterval(tick);
  }
  // npm may leave the marker older than a lock file it rewrote.
  utimesSync(marker, new Date(), new Date());
  console.log(
    `Dependencies installed in ${Math.round((Date.now() - started) / 1000)} s.`,
  );
}

/** The environment in which npm's commands and ours find Node 24 first. */
export function environment(extra = {}) {
  return {
    ...process.env,
    PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`,
    ...extra,
  };
}

/** Lets Node load TypeScript, as the Backstage CLI does. */
export const typeScript = [
  '--require',
  path.join(root, 'node_modules/@backstage/cli/config/nodeTransform.cjs'),
];

/** As {@link handOver}, for a script in TypeScript. */
export function runTypeScript(script, args) {
  return handOver(script, args, typeScript);
}

/**
 * Runs a script of ours on Node 24 and ends as it ends. Signals reach the child
 * by the terminal, or are passed on; this process waits for it to clean up.
 */
export async function handOver(script, args, nodeOptions = []) {
  const command = [...nodeOptions, path.join(root, script), ...args];
  const child = spawn(node24, command, {
    cwd: root,
    stdio: 'inherit',
    env: environment(),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends SIGINT to the whole group; twice would mean "at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) {
        child.kill(signal);
      }
    });
  }
  const code = await new Promise(resolve =>
    child.once('exit', (exitCode, signal) =>
      resolve(exitCode ?? (signal ? 1 : 0)),
    ),
  );
  process.exit(code);
}

/** For scripts that fail before anything runs: one line, no stack. */
export function fail(error) {
  console.error(`\n${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
