/**
 * A process that builds in threads, which a test runner cannot start, and prints
 * what came of it as one JSON object a line. It has to end by itself.
 */
import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { ManifestBuilder, WorkerSettings } from '../ManifestBuilder';
import { configMaps, request } from './manifests';

const SETTINGS = { threads: 1, timeoutMs: 120_000, memoryMb: 512 };

function say(step: string, result: object) {
  process.stdout.write(`${stringifyJson({ step, ...result })}\n`);
}

async function attempt(
  builder: ManifestBuilder,
  texts: Record<string, string>,
  options: {
    spec?: Partial<Kustomization['spec']>;
    signal?: AbortSignal;
  } = {},
) {
  const { spec, signal = new AbortController().signal } = options;
  try {
    const { objects, digest } = await builder.build({
      ...request(texts, spec, `sha256:${Object.values(texts).join().length}`),
      signal,
    });
    return { count: objects.length, first: objects[0], digest };
  } catch (error) {
    const { name, message, code, hint } = error as NodeJS.ErrnoException & {
      hint?: string;
    };
    return { error: { name, message, code, hint } };
  }
}

async function withBuilder(
  settings: Partial<WorkerSettings>,
  use: (builder: ManifestBuilder) => Promise<void>,
) {
  const builder = new ManifestBuilder({
    workers: { ...SETTINGS, ...settings },
  });
  await use(builder);
  await builder.close();
}

async function main() {
  const many = configMaps(30_000);
  await withBuilder({}, async builder => {
    say('build', await attempt(builder, configMaps(2)));
    say('yaml', await attempt(builder, { 'app/a.yaml': 'a: [' }));
    say(
      'kustomize',
      await attempt(builder, {
        'app/kustomization.yaml': 'resources: [missing.yaml]',
      }),
    );
    say(
      'components',
      await attempt(builder, configMaps(1), { spec: { components: ['/a'] } }),
    );

    // The thread is there and idle, so the first of the two is at work at once.
    const lost = new AbortController();
    const running = attempt(builder, many, { signal: lost.signal });
    const waiting = attempt(builder, many, { signal: lost.signal });
    setImmediate(() => lost.abort(new Error('the claim is lost')));
    say('aborted', await running);
    say('aborted waiting', await waiting);
    say('after abort', await attempt(builder, configMaps(2)));
  });
  await withBuilder({ timeoutMs: 1 }, async builder => {
    say('timeout', await attempt(builder, configMaps(1)));
    say('timeout again', await attempt(builder, configMaps(1)));
  });
  await withBuilder({ memoryMb: 16 }, async builder => {
    const [exhausted, after] = await Promise.all([
      attempt(builder, many),
      attempt(builder, configMaps(2)),
    ]);
    say('out of memory', exhausted);
    say('after out of memory', after);
  });
  await withBuilder({}, async builder => {
    const interrupted = attempt(builder, many);
    await builder.close();
    say('closed', await interrupted);
    say('after close', await attempt(builder, configMaps(1)));
  });
}

main().catch(error => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
});
