import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startSandbox } from '@backstage-gitops/sandbox';
import { demoIsDelivered, fillWithDemo } from './demo';

const root = path.resolve(__dirname, '../..');

const { values } = parseArgs({
  options: {
    'kubernetes-port': { type: 'string', default: '6443' },
    'git-port': { type: 'string', default: '8418' },
    'data-dir': { type: 'string', default: path.join(root, '.data/sandbox') },
    kubeconfig: {
      type: 'string',
      default: path.join(root, '.sandbox/kubeconfig'),
    },
    'ready-file': { type: 'string' },
    'delivered-file': { type: 'string' },
    demo: { type: 'boolean', default: false },
  },
});

async function main() {
  const sandbox = await startSandbox({
    dataDir: values['data-dir'],
    kubernetes: { port: Number(values['kubernetes-port']) },
    git: { port: Number(values['git-port']) },
    persist: true,
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
    kubeconfig: path.relative(process.cwd(), values.kubeconfig),
  };
  if (values['ready-file']) {
    writeFileSync(values['ready-file'], JSON.stringify(addresses));
  }
  console.log(
    `Kubernetes API  ${addresses.kubernetes}  (kubectl --kubeconfig ${addresses.kubeconfig} ...)`,
  );
  console.log(`Git server      ${addresses.git}/<owner>/<name>.git`);

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
          () => process.exit(0),
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
  console.error(error instanceof Error ? error.message : error);
  if (error?.hint) {
    console.error(error.hint);
  }
  process.exit(1);
});
