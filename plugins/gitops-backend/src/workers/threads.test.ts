import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';
import { parseJson } from '@backstage-gitops/kubernetes-yaml';
import { configMaps, request } from './__testUtils__/manifests';
import { ManifestBuilder } from './ManifestBuilder';

jest.setTimeout(120_000);

// Jest's modules are not those of Node; only a process of its own has threads
// that load the worker entry by the name of the package.
describe('builds in threads', () => {
  const steps = new Map<string, Record<string, unknown>>();
  let exitCode: number | null;

  beforeAll(async () => {
    const child = spawn(
      process.execPath,
      [
        '--require',
        require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        path.resolve(__dirname, '__testUtils__/threadsProcess.ts'),
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        // An option for the whole process would win over the threads' limits.
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    );
    const exited = once(child, 'exit');
    for await (const line of readline.createInterface({
      input: child.stdout,
    })) {
      const { step, ...result } = parseJson(line) as Record<string, unknown>;
      steps.set(String(step), result);
    }
    [exitCode] = await exited;
  });

  it('give what builds on the event loop give', async () => {
    const expected = await new ManifestBuilder({}).build({
      ...request(configMaps(2)),
      signal: new AbortController().signal,
    });
    expect(steps.get('build')).toEqual({
      count: 2,
      first: expected.objects[0],
      digest: expected.digest,
    });
    expect(expected.objects[0].serial).toBe(9007199254740993n);
  });

  it.each([
    ['yaml', { 'app/a.yaml': 'a: [' }, {}],
    [
      'kustomize',
      { 'app/kustomization.yaml': 'resources: [missing.yaml]' },
      {},
    ],
    ['components', configMaps(1), { components: ['/a'] }],
  ])('fail with the same words (%s)', async (step, texts, spec) => {
    const { error } = steps.get(step) as { error: Record<string, unknown> };
    expect(error.code).toEqual(expect.any(String));
    await expect(
      new ManifestBuilder({}).build({
        ...request(texts, spec),
        signal: new AbortController().signal,
      }),
    ).rejects.toMatchObject(error);
  });

  it('end with their claim, at work and waiting, and the next goes on', () => {
    const lost = { error: { name: 'Error', message: 'the claim is lost' } };
    expect(steps.get('aborted')).toEqual(lost);
    expect(steps.get('aborted waiting')).toEqual(lost);
    expect(steps.get('after abort')).toEqual(steps.get('build'));
  });

  it('end when their time is over', () => {
    const timeout = {
      error: {
        name: 'BuildTimeoutError',
        code: 'GITOPS_BUILD_TIMEOUT',
        message: expect.stringContaining('./app took longer than'),
        hint: expect.stringContaining('gitops.engine.workerTimeout'),
      },
    };
    expect(steps.get('timeout')).toEqual(timeout);
    expect(steps.get('timeout again')).toEqual(timeout);
  });

  it('end when they need too much memory, and what waits behind them goes on', () => {
    expect(steps.get('out of memory')).toEqual({
      error: {
        name: 'BuildOutOfMemoryError',
        code: 'GITOPS_BUILD_OUT_OF_MEMORY',
        message: expect.stringContaining('16 MiB'),
        hint: expect.stringContaining('gitops.engine.workerMemory'),
      },
    });
    expect(steps.get('after out of memory')).toEqual(steps.get('build'));
  });

  it('end with the engine, and let the process end', () => {
    const interrupted = {
      error: expect.objectContaining({ code: 'GITOPS_BUILD_INTERRUPTED' }),
    };
    expect(steps.get('closed')).toEqual(interrupted);
    expect(steps.get('after close')).toEqual(interrupted);
    expect(exitCode).toBe(0);
  });
});
