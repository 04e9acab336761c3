import { benchApply } from './apply';
import { benchBuild } from './build';
import { benchCatalog } from './catalog';
import { benchHelm } from './helm';
import { benchKustomize } from './kustomize';
import { benchQueue } from './queue';
import { benchSources } from './sources';

const BENCHES: Record<string, () => Promise<void>> = {
  apply: benchApply,
  build: benchBuild,
  catalog: benchCatalog,
  helm: benchHelm,
  kustomize: benchKustomize,
  queue: benchQueue,
  sources: benchSources,
};

async function main() {
  const names = process.argv.slice(2);
  if (names.includes('--help')) {
    process.stdout.write(
      `Measures and prints one JSON object a line per result.\n\n  npm run bench -- [NAME ...]\n\nNames: ${Object.keys(BENCHES).join(', ')}; all without a name.\n`,
    );
    return;
  }
  for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
    const bench = BENCHES[name];
    if (!bench) {
      throw new Error(
        `There is no bench '${name}'; there is ${Object.keys(BENCHES).join(', ')}`,
      );
    }
    await bench();
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
