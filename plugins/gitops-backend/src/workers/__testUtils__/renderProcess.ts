/**
 * A process that renders in threads, which a test runner cannot start, and
 * prints what came of it as one JSON object a line. It has to end by itself.
 */
import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import type { WorkerSettings } from '../ManifestBuilder';
import { RenderThreads, RenderRequest } from '../RenderThreads';
import { ENDLESS, ORDINARY, releaseOf } from './charts';

const SETTINGS = { threads: 1, timeoutMs: 120_000, memoryMb: 256 };

async function attempt(
  renderer: RenderThreads,
  step: string,
  request: Omit<RenderRequest, 'signal'>,
  signal: AbortSignal = new AbortController().signal,
) {
  let result: object;
  try {
    result = await renderer.render({ ...request, signal });
  } catch (error) {
    const { name, message, code, hint, file } = error as Error & {
      [field in 'code' | 'hint' | 'file']?: string;
    };
    result = { error: { name, message, code, hint, file } };
  }
  process.stdout.write(`${stringifyJson({ step, ...result })}\n`);
}

async function withRenderer(
  settings: Partial<WorkerSettings>,
  use: (renderer: RenderThreads) => Promise<void>,
) {
  const renderer = new RenderThreads({
    workers: { ...SETTINGS, ...settings },
  });
  await use(renderer);
  await renderer.close();
}

async function main() {
  const ordinary = releaseOf(ORDINARY, {
    values: JSON.parse('{"text": "x", "size": 1000000, "__proto__": {"a": 1}}'),
  });
  await withRenderer({}, async renderer => {
    await attempt(renderer, 'ordinary', ordinary);
    await attempt(renderer, 'refused', releaseOf('{{ fail "choose one" }}'));
    await attempt(
      renderer,
      'lookup',
      releaseOf(
        'a: {{ with lookup "v1" "Secret" "shop" "a" }}{{ (lookup "v1" "Secret" "shop" .next).value }}{{ end }}',
        {
          lookup: async ({ name }) =>
            ({ a: { next: 'b' }, b: { value: 'found' } })[name] ?? null,
        },
      ),
    );
    await attempt(
      renderer,
      'output without end',
      releaseOf('a: {{ range 1000000000 }}0123456789{{ end }}'),
    );
    const lost = new AbortController();
    setTimeout(() => lost.abort(new Error('the claim is lost')), 200);
    await attempt(renderer, 'aborted', releaseOf(ENDLESS), lost.signal);
    await attempt(renderer, 'after abort', ordinary);
  });
  await withRenderer({ timeoutMs: 1_000 }, async renderer => {
    await attempt(renderer, 'endless', releaseOf(ENDLESS));
    await attempt(renderer, 'endless again', releaseOf(ENDLESS));
  });
}

main().catch(error => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
});
