/**
 * A process that reads indexes and packs charts in threads, which a test runner
 * cannot start, and prints what came of it as one JSON object a line.
 */
import type { WorkerSettings } from '../../../../../workers/ManifestBuilder';
import { ChartWork } from '../ChartWork';

const SETTINGS = { threads: 1, timeoutMs: 120_000, memoryMb: 256 };
const { signal } = new AbortController();

async function attempt(step: string, work: () => Promise<object>) {
  let result: object;
  try {
    result = await work();
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string };
    result = { error: { name, message, code } };
  }
  process.stdout.write(`${JSON.stringify({ step, ...result })}\n`);
}

async function withWork(
  settings: Partial<WorkerSettings>,
  use: (work: ChartWork) => Promise<void>,
) {
  const work = new ChartWork({ workers: { ...SETTINGS, ...settings } });
  await use(work);
  await work.close();
}

/** Large enough for a thread. */
function index(): Buffer {
  const entries = Array.from({ length: 2_000 }, (_, i) =>
    [
      `    - {name: web, version: 1.0.${i}, urls: [web-${i}.tgz],`,
      `digest: sha256:${'ab'.repeat(32)}}`,
    ].join(' '),
  );
  return Buffer.from(
    `apiVersion: v1\nentries:\n  web:\n${entries.join('\n')}\n`,
  );
}

const chart = {
  files: Object.entries({
    'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'values.yaml': 'a: 1\n',
    'prod.yaml': 'a: 2\n',
  }).map(([name, text]) => ({ name, data: Buffer.from(text) })),
};

async function main() {
  const bytes = index();
  await withWork({}, async work => {
    let stored: Uint8Array = bytes;
    await attempt('normalise', async () => {
      stored = await work.normalise(bytes, signal);
      const { entries } = JSON.parse(Buffer.from(stored).toString());
      return { versions: entries.web.length, first: entries.web[0].version };
    });
    let opened = 0;
    const find = (range: string) =>
      work.find(
        { digest: 'sha256:1', size: stored.length, name: 'web', range },
        async () => {
          opened++;
          return stored;
        },
        signal,
      );
    await attempt('find', async () => ({
      ...(await find('<1.0.1000')),
      opened,
    }));
    await attempt('find again', async () => ({ ...(await find('*')), opened }));
    await attempt('find none', () => find('>2'));
    await attempt('no index', () =>
      work
        .normalise(Buffer.from(`a: [${'x, '.repeat(50_000)}`), signal)
        .then(() => ({})),
    );
    await attempt('inspect', () => work.inspect(chart, signal));
    await attempt('no chart', () =>
      work.inspect({ archive: Buffer.from('x') }, signal),
    );
    await attempt('pack', async () => {
      const { archive, valuesFiles } = await work.pack(
        {
          chart: { chart, dependencies: [] },
          version: '1.0.0+1',
          values: { paths: ['values.yaml', 'prod.yaml'], ignoreMissing: false },
        },
        signal,
      );
      const { name, version } = await work.inspect({ archive }, signal);
      return { name, version, valuesFiles };
    });
    await attempt('missing values', () =>
      work.pack(
        {
          chart: { chart, dependencies: [] },
          version: '1.0.0',
          values: { paths: ['absent.yaml'], ignoreMissing: false },
        },
        signal,
      ),
    );
  });
  await withWork({ timeoutMs: 1 }, work =>
    attempt('late', () => work.normalise(bytes, signal)),
  );
}

main().catch(error => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
});
