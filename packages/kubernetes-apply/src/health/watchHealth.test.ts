import { failure, FakeApi, json } from '../__testUtils__/FakeApi';
import { waitForHealth } from './waitForHealth';
import { watchHealth } from './watchHealth';

const JOBS = '/apis/batch/v1/namespaces/n/jobs';
const REF = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'n', name: 'j' };

const job = (conditions: object[], spec: object = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'j', namespace: 'n', uid: 'u', resourceVersion: '1' },
  spec,
  status: { conditions },
});

describe('health by watch', () => {
  let api: FakeApi;

  beforeEach(async () => {
    api = await FakeApi.start();
    api.on('GET /apis/batch/v1', (_, response) =>
      json(response, 200, {
        kind: 'APIResourceList',
        resources: [{ name: 'jobs', kind: 'Job', namespaced: true }],
      }),
    );
  });

  afterEach(async () => {
    await api.stop();
  });

  it('polls where listing is forbidden', async () => {
    let reads = 0;
    api.on(`GET ${JOBS}`, (_, response) => failure(response, 403, 'Forbidden'));
    api.on(`GET ${JOBS}/j`, (_, response) => {
      reads += 1;
      const done = [{ type: 'Complete', status: 'True' }];
      json(response, 200, job(reads > 2 ? done : []));
    });
    const { objects } = await waitForHealth({
      client: api.client(),
      refs: [REF],
      timeoutMs: 100_000,
      clock: api.clock,
    });
    expect(objects).toEqual([
      expect.objectContaining({
        status: 'Current',
        message: 'Job Completed. succeeded: 0/1',
      }),
    ]);
    expect(api.requests('GET', JOBS)[0].url).toContain(
      'fieldSelector=metadata.name%3Dj',
    );
  });

  it('takes a Job that expired for done', async () => {
    const expiring = job([], { ttlSecondsAfterFinished: 60 });
    api.on(`GET ${JOBS}`, ({ url }, response) => {
      if (!url.includes('watch=true')) {
        const metadata = { resourceVersion: '1' };
        json(response, 200, { kind: 'JobList', metadata, items: [expiring] });
        return;
      }
      response.writeHead(200);
      response.write(
        `${JSON.stringify({ type: 'DELETED', object: expiring })}\n`,
      );
    });
    const result = await waitForHealth({
      client: api.client(),
      refs: [REF],
      timeoutMs: 100_000,
      clock: api.clock,
    });
    expect(result.objects[0].message).toBe('Job finished and was removed');
  });

  it('watches many of a kind together', async () => {
    const refs = ['a', 'b', 'c', 'd', 'e'].map(name => ({ ...REF, name }));
    api.on(`GET ${JOBS}`, ({ url }, response) => {
      if (!url.includes('watch=true')) {
        const metadata = { resourceVersion: '1' };
        json(response, 200, { kind: 'JobList', metadata, items: [] });
      } else response.writeHead(200).flushHeaders();
    });
    const abort = new AbortController();
    const missing: string[] = [];
    await watchHealth({
      client: api.client(),
      refs,
      signal: abort.signal,
      onChange: ({ ref, status }) => {
        missing.push(`${ref.name} ${status}`);
        if (missing.length === refs.length) abort.abort();
      },
    });
    expect(missing).toEqual(refs.map(({ name }) => `${name} NotFound`));
    const [list] = api.requests('GET', JOBS);
    expect(list.url).not.toContain('fieldSelector');
  });

  it('throws the reason of the caller who ends it', async () => {
    api.on(`GET ${JOBS}`, (_, response) => failure(response, 500, 'Error'));
    const abort = new AbortController();
    const reason = new Error('new revision');
    const waiting = waitForHealth({
      client: api.client({ maxAttempts: 1 }),
      refs: [REF],
      timeoutMs: 100_000,
      signal: abort.signal,
      clock: api.clock,
      onChange: () => abort.abort(reason),
    });
    await expect(waiting).rejects.toBe(reason);
  });

  it('cannot tell what it never saw', async () => {
    const asked = new Promise<void>(resolve => {
      api.on(`GET ${JOBS}`, () => resolve());
    });
    const waiting = waitForHealth({
      client: api.client(),
      refs: [REF],
      timeoutMs: 60_000,
      clock: api.clock,
    });
    await asked;
    api.clock.advance(60_000);
    await expect(waiting).rejects.toThrow(
      "health check failed after 1m0s: timeout waiting for: [can't determine status for Job/n/j]",
    );
  });
});
