import { fail, installDependencies, runTypeScript } from './lib/prepare.mjs';

const ENGINES = {
  helm: 'packages/helm/conformance/run.ts',
  kustomize: 'packages/kustomize/conformance/run.ts',
};

const help = `Replays conformance cases against an engine.

  npm run conformance -- kustomize [--cases FILE.jsonl ...] [--trees DIR ...]
  npm run conformance -- helm [--dir DIR]
  npm run conformance -- ENGINE --help

Without files it takes the cases beside the repository, where they are present.`;

const [engine, ...args] = process.argv.slice(2);
try {
  if (!engine || engine === '--help' || engine === '-h') {
    console.log(help);
  } else if (!Object.hasOwn(ENGINES, engine)) {
    throw new Error(
      `There is no engine '${engine}'; there is ${Object.keys(ENGINES).join(', ')}`,
    );
  } else {
    await installDependencies();
    await runTypeScript(ENGINES[engine], args);
  }
} catch (error) {
  fail(error);
}
