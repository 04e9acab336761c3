import { benchApply } from './apply';
import { benchBuild } from './build';
import { benchCatalog } from './catalog';
import { benchHelm } from './helm';
import { benchImages } from './images';
import { benchKustomize } from './kustomize';
import { benchMttp } from './mttp';
import { benchNotifications } from './notifications';
import { benchQueue } from './queue';
import { benchSources } from './sources';
import { benchWebhooks } from './webhooks';

const BENCHES: Record<string, (args: readonly string[]) => Promise<void>> = {
  apply: benchApply,
  build: benchBuild,
  catalog: benchCatalog,
  helm: benchHelm,
  images: benchImages,
  kustomize: benchKustomize,
  mttp: benchMttp,
  notifications: benchNotifications,
  queue: benchQueue,
  sources: benchSources,
  webhooks: benchWebhooks,
};

const HELP = `Measures and prints one JSON object a line per result.

  npm run bench -- [NAME ...]
  npm run bench -- mttp [--helm] [--n N[,N]] [--concurrency C] [--kubeconfig FILE] [--database URL]

Names: ${Object.keys(BENCHES).join(', ')}; all without a name.

mttp: --helm        HelmReleases of one chart, and not Kustomizations
      --n           deliveries, one run each (100,500,1000)
      --concurrency deliveries at once; of sources half as many (20)
      --kubeconfig  a cluster instead of the sandbox; all is deleted there again
      --database    of PostgreSQL instead of SQLite
`;

async function main() {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    process.stdout.write(HELP);
    return;
  }
  const first = args.findIndex(arg => arg.startsWith('-'));
  const names = first < 0 ? args : args.slice(0, first);
  const options = first < 0 ? [] : args.slice(first);
  if (options.length > 0 && names.join() !== 'mttp') {
    throw new Error(`${options[0]} is an option of mttp alone; see --help`);
  }
  for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
    const bench = BENCHES[name];
    if (!bench) {
      throw new Error(
        `There is no bench '${name}'; there is ${Object.keys(BENCHES).join(', ')}`,
      );
    }
    await bench(options);
  }
}

main().then(
  // A backend that was stopped leaves timers behind.
  () => process.exit(0),
  error => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  },
);
