import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startSandbox } from '@backstage-gitops/sandbox';
import { demoIsDelivered, fillWithDemo } from './demo';

const root = path.resolve(__dirname, '../..');

const { values } = parseArgs({
  options: {
    'kubernetes-port': { type: 'string', default: '6443' },
    'git-port': { type: 'string', default: '8418' },
    'registry-port': { type: 'string', default: '8419' },
    'data-dir': { type: 'string' },
    kubeconfig: {
      type: 'string',
      default: path.join(root, '.sandbox/kubeconfig'),
    },
    'ready-file': { type: 'string' },
    'delivered-file': { type: 'string' },
    demo: { type: 'boolean', default: false },
  },
});

// State is kept where a directory for it is named; else it goes with the process.
const kept = values['data-dir'];
const dataDir = kept ?? mkdtempSync(path.join(tmpdir(), 'gitops-sandbox-'));

function forget() {
  if (!kept) {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function main() {
  const sandbox = await startSandbox({
    dataDir,
    kubernetes: { port: Number(values['kubernetes-port']) },
    git: { port: Number(values['git-port']) },
    registry: { port: Number(values['registry-port']) },
    persist: kept !== undefined,
    logger: console,
  });
  mkdirSync(path.dirname(values.kubeconfig), { recursive: true });
  writeFileSync(values.kubeconfig, sandbox.kubernetes.kubeconfig, {
    mode: 0o600,
  });
  if (values.demo) {
    await fillWithDemo(sandbox);
  }
  const addresses = {
    kubernetes: sandbox.kubernetes.url,
    git: sandbox.git.url,
    registry: sandbox.registry.address,
    kubeconfig: path.relative(process.cwd(), values.kubeconfig),
  };
  if (values['ready-file']) {
    writeFileSync(values['ready-file'], JSON.stringify(addresses));
  }
  console.log(
    `Kubernetes API  ${addresses.kubernetes}  (kubectl --kubeconfig ${addresses.kubeconfig} ...)`,
  );
  console.log(`Git server      ${addresses.git}/<owner>/<name>.git`);
  console.log(`Registry        ${addresses.registry}/<name>:<tag>, http`);
  console.log(
    kept
      ? `State           ${path.relative(process.cwd(), dataDir)}, kept`
      : 'State           gone when this ends; --data-dir DIR keeps it',
  );
  console.log('Ctrl-C ends it.');

  const stop = new AbortController();
  const deliveredFile = values['delivered-file'];
  if (deliveredFile) {
    demoIsDelivered(sandbox, stop.signal).then(
      () => writeFileSync(deliveredFile, 'delivered'),
      error => console.error(`The demo cannot be watched: ${error}`),
    );
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (!stop.signal.aborted) {
        stop.abort();
        sandbox.stop().then(
          () => {
            forget();
            process.exit(0);
          },
          error => {
            console.error(error);
            process.exit(1);
          },
        );
      }
    });
  }
}

main().catch(error => {
  forget();
  console.error(error instanceof Error ? error.message : error);
  if (error?.hint) {
    console.error(error.hint);
  }
  process.exit(1);
});
