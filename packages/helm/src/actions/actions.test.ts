// Server: the sandbox's Kubernetes API.
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { ActionError } from '../cluster/ActionError';
import { ReleaseBench, WAIT } from './__testUtils__/ReleaseBench';
import { rollbackRelease } from './rollbackRelease';
import { testRelease } from './testRelease';
import { uninstallRelease } from './uninstallRelease';

jest.setTimeout(120_000);

type ConfigMap = KubernetesObject & { data?: Record<string, string> };

const configMap = (name: string, value: string, more = '') => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
${more}data:
  value: ${value}
  revision: "{{ .Release.Revision }}"
`;

const job = (name: string, events: string, more = '') => `apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}
  annotations:
    helm.sh/hook: ${events}
${more}spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
        - {name: main, image: busybox}
`;

/** The sandbox lets such a Job fail. */
const FAILING = '    backstage-gitops.io/sandbox-health: failed\n';

describe.each([
  ['by the server', true],
  ['by the client', false],
])('releases that are applied %s', (_, serverSide) => {
  let bench: ReleaseBench;

  beforeAll(async () => {
    bench = await ReleaseBench.start();
  });

  afterAll(async () => {
    await bench?.stop();
  });

  const name = serverSide ? 'ssa' : 'csa';
  const error = async (action: Promise<unknown>): Promise<ActionError> => {
    const thrown = await action.then(
      () => undefined,
      reason => reason,
    );
    expect(thrown).toBeInstanceOf(ActionError);
    return thrown as ActionError;
  };

  it('are installed, upgraded, rolled back and uninstalled', async () => {
    const first = {
      'templates/a.yaml': configMap('a', 'one'),
      'templates/b.yaml': configMap('b', 'one'),
      'templates/NOTES.txt': 'for {{ .Release.Name }}',
    };
    const installed = await bench.install(name, first, { serverSide });
    expect(installed).toMatchObject({
      version: 1,
      applyMethod: serverSide ? 'ssa' : 'csa',
      info: {
        status: 'deployed',
        description: 'Install complete',
        notes: `for ${name}`,
      },
    });
    expect(await bench.get<ConfigMap>('ConfigMap', 'a')).toMatchObject({
      metadata: {
        labels: { 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: {
          'meta.helm.sh/release-name': name,
          'meta.helm.sh/release-namespace': 'default',
        },
      },
      data: { value: 'one', revision: '1' },
    });

    const upgraded = await bench.upgrade(name, {
      'templates/a.yaml': configMap('a', 'two'),
      'templates/c.yaml': configMap('c', 'two'),
    });
    expect(upgraded).toMatchObject({
      version: 2,
      applyMethod: installed.applyMethod,
      info: {
        firstDeployed: installed.info?.firstDeployed,
        description: 'Upgrade complete',
      },
    });
    expect(await bench.history(name)).toEqual(['1 superseded', '2 deployed']);
    expect(await bench.get('ConfigMap', 'b')).toBeUndefined();
    expect(await bench.get<ConfigMap>('ConfigMap', 'a')).toMatchObject({
      data: { value: 'two', revision: '2' },
    });

    await rollbackRelease(bench.context(), {
      ...{ name, version: 1, serverSide: 'auto', wait: WAIT },
    });
    expect(await bench.history(name)).toEqual([
      '1 superseded',
      '2 superseded',
      '3 deployed',
    ]);
    expect(await bench.get<ConfigMap>('ConfigMap', 'b')).toMatchObject({
      data: { value: 'one', revision: '1' },
    });
    expect(await bench.get('ConfigMap', 'c')).toBeUndefined();

    const { release, kept } = await uninstallRelease(bench.context(), {
      ...{ name, wait: WAIT },
    });
    expect(release.info?.status).toBe('uninstalled');
    expect(kept).toEqual([]);
    expect(await bench.history(name)).toEqual([]);
    expect(await bench.get('ConfigMap', 'a')).toBeUndefined();
  });

  it('keep what others add, and take back what they change', async () => {
    const files = { 'templates/a.yaml': configMap('shared', 'one') };
    await bench.install(name, files, { serverSide });
    const ref = {
      ...{ apiVersion: 'v1', kind: 'ConfigMap' },
      ...{ namespace: 'default', name: 'shared' },
    };
    await bench.client.patch(ref, {
      type: 'merge',
      body: { data: { theirs: 'kept', value: 'changed' } },
      fieldManager: 'somebody',
    });
    await bench.upgrade(name, files, { forceConflicts: serverSide });
    expect(await bench.get<ConfigMap>('ConfigMap', 'shared')).toMatchObject({
      data: { theirs: 'kept', value: 'one', revision: '2' },
    });
    await uninstallRelease(bench.context(), { name, wait: WAIT });
  });

  it('do not take objects of others, unless they are told to', async () => {
    await bench.client.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'foreign', namespace: 'default' },
      data: { value: 'foreign', more: 'kept' },
    } as KubernetesObject);
    const files = { 'templates/a.yaml': configMap('foreign', 'one') };
    const refused = await error(bench.install(name, files, { serverSide }));
    expect(refused).toMatchObject({
      code: 'not-owned',
      message: `unable to continue with install: ConfigMap "foreign" in namespace "default" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"; annotation validation error: missing key "meta.helm.sh/release-name": must be set to "${name}"; annotation validation error: missing key "meta.helm.sh/release-namespace": must be set to "default"`,
    });
    expect(await bench.history(name)).toEqual([]);

    await bench.install(name, files, {
      ...{ serverSide, takeOwnership: true, forceConflicts: serverSide },
    });
    expect(await bench.get<ConfigMap>('ConfigMap', 'foreign')).toMatchObject({
      data: { value: 'one', more: 'kept' },
    });
    await uninstallRelease(bench.context(), { name, wait: WAIT });
  });

  it('keep what they are told to keep', async () => {
    const keep = '  annotations: {helm.sh/resource-policy: keep}\n';
    await bench.install(
      name,
      {
        'templates/a.yaml': configMap('kept', 'one', keep),
        'templates/b.yaml': configMap('taken', 'one'),
      },
      { serverSide },
    );
    // Somebody else's now.
    await bench.client.patch(
      {
        ...{ apiVersion: 'v1', kind: 'ConfigMap' },
        ...{ namespace: 'default', name: 'taken' },
      },
      {
        type: 'merge',
        body: {
          metadata: { annotations: { 'meta.helm.sh/release-name': 'other' } },
        },
      },
    );
    const { kept } = await uninstallRelease(bench.context(), {
      ...{ name, wait: WAIT },
    });
    expect(kept).toEqual([
      expect.objectContaining({ kind: 'ConfigMap', name: 'kept' }),
      expect.objectContaining({
        name: 'taken',
        reason: expect.stringContaining('current value is "other"'),
      }),
    ]);
    for (const left of ['kept', 'taken']) {
      expect(await bench.get('ConfigMap', left)).toBeDefined();
      await bench.client.delete({
        ...{ apiVersion: 'v1', kind: 'ConfigMap' },
        ...{ namespace: 'default', name: left },
      });
    }
  });

  it('are failed where an object is refused, and upgraded from there', async () => {
    const broken = {
      'templates/a.yaml': configMap('first', 'one'),
      'templates/b.yaml':
        'apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 70000}]}\n',
    };
    const failed = await error(bench.install(name, broken, { serverSide }));
    expect(failed.code).toBe('apply-failed');
    expect(failed.message).toContain('70000');
    expect(failed.release?.info).toMatchObject({
      status: 'failed',
      description: expect.stringMatching(
        new RegExp(`^Release "${name}" failed: .*70000`),
      ),
    });
    expect(await bench.history(name)).toEqual(['1 failed']);

    const files = { 'templates/a.yaml': configMap('first', 'two') };
    await bench.upgrade(name, files);
    expect(await bench.history(name)).toEqual(['1 superseded', '2 deployed']);

    const again = await error(bench.upgrade(name, broken));
    expect(again.release?.info?.description).toMatch(
      new RegExp(`^Upgrade "${name}" failed: `),
    );
    expect(await bench.history(name)).toEqual([
      '1 superseded',
      '2 deployed',
      '3 failed',
    ]);
    await uninstallRelease(bench.context(), { name, wait: WAIT });
  });

  it('are rolled back, or uninstalled, on failure', async () => {
    const files = { 'templates/a.yaml': configMap('atomic', 'one') };
    const broken = {
      'templates/a.yaml': configMap('atomic', 'two'),
      'templates/b.yaml': configMap('new', 'two'),
      'templates/c.yaml':
        'apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 70000}]}\n',
    };
    const uninstalled = await error(
      bench.install(name, broken, { serverSide, rollbackOnFailure: true }),
    );
    expect(uninstalled.message).toContain('was uninstalled for that');
    expect(await bench.history(name)).toEqual([]);
    expect(await bench.get('ConfigMap', 'atomic')).toBeUndefined();

    await bench.install(name, files, { serverSide });
    const rolledBack = await error(
      bench.upgrade(name, broken, { rollbackOnFailure: true }),
    );
    expect(rolledBack.message).toContain('was rolled back for that');
    expect(await bench.history(name)).toEqual([
      '1 superseded',
      '2 failed',
      '3 deployed',
    ]);
    expect(await bench.get<ConfigMap>('ConfigMap', 'atomic')).toMatchObject({
      data: { value: 'one' },
    });
    expect(await bench.get('ConfigMap', 'new')).toBeUndefined();
    await uninstallRelease(bench.context(), { name, wait: WAIT });
  });

  it('run hooks by weight and name, one after the other', async () => {
    const weight = (value: number) => `    helm.sh/hook-weight: "${value}"\n`;
    const release = await bench.install(
      name,
      {
        'templates/a.yaml': configMap('main', 'one'),
        'templates/pre.yaml': [
          job('last', 'pre-install', weight(5)),
          job('b', 'pre-install'),
          job('a', 'pre-install'),
          job('after', 'post-install'),
          job('never', 'pre-upgrade'),
        ].join('---\n'),
      },
      { serverSide },
    );
    const runs = release.hooks
      .filter(({ lastRun }) => lastRun)
      .sort((a, b) => (a.lastRun!.startedAt! < b.lastRun!.startedAt! ? -1 : 1));
    expect(runs.map(hook => [hook.name, hook.lastRun!.phase])).toEqual([
      ['a', 'Succeeded'],
      ['b', 'Succeeded'],
      ['last', 'Succeeded'],
      ['after', 'Succeeded'],
    ]);
    expect(await bench.get('Job', 'never', 'batch/v1')).toBeUndefined();
    const stored = await bench.records().get({ name, version: 1 });
    expect(
      stored?.hooks.find(hook => hook.name === 'last')?.lastRun,
    ).toMatchObject({ phase: 'Succeeded' });
    // Hooks are nobody's objects: they stay.
    await uninstallRelease(bench.context(), { name, wait: WAIT });
    expect(await bench.get('Job', 'last', 'batch/v1')).toBeDefined();
  });

  it('fail with a hook that fails, and delete hooks as they say', async () => {
    const policy =
      '    helm.sh/hook-delete-policy: hook-failed,hook-succeeded\n';
    const failed = await error(
      bench.install(
        name,
        {
          'templates/a.yaml': configMap('never-made', 'one'),
          'templates/pre.yaml': [
            job(
              'good',
              'pre-install',
              `    helm.sh/hook-weight: "-1"\n${policy}`,
            ),
            job('bad', 'pre-install', policy + FAILING),
          ].join('---\n'),
        },
        { serverSide },
      ),
    );
    expect(failed).toMatchObject({ code: 'hook-failed' });
    expect(failed.message).toMatch(
      /^failed pre-install: hook web\/templates\/pre.yaml \(Job bad\): resource Job\/default\/bad not ready. status: Failed/,
    );
    expect(
      failed.release?.hooks
        .map(hook => [hook.name, hook.lastRun?.phase])
        .sort(),
    ).toEqual([
      ['bad', 'Failed'],
      ['good', 'Succeeded'],
    ]);
    expect(await bench.history(name)).toEqual(['1 failed']);
    for (const hook of ['good', 'bad']) {
      expect(await bench.get('Job', hook, 'batch/v1')).toBeUndefined();
    }
    expect(await bench.get('ConfigMap', 'never-made')).toBeUndefined();
    await uninstallRelease(bench.context(), { name, wait: WAIT });
  });

  it('are tested by hooks, all or some', async () => {
    await bench.install(
      name,
      {
        'templates/a.yaml': configMap('main', 'one'),
        'templates/tests.yaml': [
          job('good-test', 'test'),
          job('bad-test', 'test', FAILING),
        ].join('---\n'),
      },
      { serverSide },
    );
    const good = await testRelease(bench.context(), {
      ...{ name, timeoutMs: 30_000, filters: ['!bad-test'] },
    });
    const phases = (hooks: typeof good.hooks) =>
      Object.fromEntries(hooks.map(hook => [hook.name, hook.lastRun?.phase]));
    expect(phases(good.hooks)).toEqual({ 'good-test': 'Succeeded' });
    const failed = await error(
      testRelease(bench.context(), { name, timeoutMs: 30_000 }),
    );
    expect(failed.code).toBe('hook-failed');
    const stored = await bench.records().get({ name, version: 1 });
    expect(phases(stored!.hooks)).toMatchObject({ 'bad-test': 'Failed' });
    expect(stored?.info?.status).toBe('deployed');
    await uninstallRelease(bench.context(), { name, wait: WAIT });
  });

  it('keep no more revisions than they may', async () => {
    const context = bench.context({ maxHistory: 2 });
    const files = { 'templates/a.yaml': configMap('many', 'one') };
    await bench.install(name, files, { serverSide }, context);
    for (let i = 0; i < 3; i++) {
      await bench.upgrade(name, files, {}, context);
    }
    expect(await bench.history(name)).toEqual(['3 superseded', '4 deployed']);
    await uninstallRelease(bench.context(), { name, wait: WAIT });
  });
});
