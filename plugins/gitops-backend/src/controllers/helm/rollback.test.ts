import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { HelmRelease } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import { conditionOf, HelmScene } from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

const EXTRA = `{{ with .Values.extra }}
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ $.Release.Name }}-{{ . }}"}
{{ end }}
`;
const HOOK = `{{ with .Values.rollbackHook }}
apiVersion: batch/v1
kind: Job
metadata:
  name: "{{ $.Release.Name }}-rollback"
  annotations:
    backstage-gitops.io/sandbox-health: {{ . }}
    helm.sh/hook: pre-rollback
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: busybox}]
{{ end }}
`;

type Spec = HelmRelease['spec'];

describe('options of rollbacks', () => {
  const init = migratedDatabases();
  let scene: HelmScene;

  beforeAll(async () => {
    scene = await HelmScene.start({
      database: init('SQLITE_3'),
      files: { 'templates/extra.yaml': EXTRA, 'templates/rollback.yaml': HOOK },
    });
  });
  afterAll(() => scene?.stop());

  /** A release, and an upgrade of it that fails and is rolled back. */
  const rolledBack = async (
    name: string,
    options: {
      rollback: Spec['rollback'];
      first?: Spec['values'];
      between?: () => Promise<unknown>;
      install?: Spec['install'];
    },
  ) => {
    const { rollback, first = {}, between, install } = options;
    const upgrade: Spec['upgrade'] = {
      ...{ remediation: { remediateLastFailure: true, retries: 0 } },
      ...{ timeout: '10s', serverSideApply: 'auto' },
    };
    await scene.apply(name, { values: first, install, rollback, upgrade });
    await scene.released(name);
    await between?.();
    await scene.apply(name, {
      ...{ install, rollback, upgrade },
      values: { value: 'b', job: 'failed' },
    });
    const object = await scene.until(name, one =>
      Boolean(conditionOf(one, 'Remediated')),
    );
    const [status, reason, message] = conditionOf(object, 'Remediated')!;
    return { status, reason, message };
  };

  it.each([
    [{ timeout: '1s' }, 'RollbackFailed'],
    [{ timeout: '1s', disableWaitForJobs: true }, 'RollbackSucceeded'],
    [{ timeout: '1s', disableWait: true }, 'RollbackSucceeded'],
  ] as const)('waits for what comes back: %j', async (rollback, wanted) => {
    const name = `wait-${Object.keys(rollback).at(-1)}`.toLowerCase();
    const { reason, message } = await rolledBack(name, {
      rollback,
      first: { job: 'progressing' },
      install: { disableWait: true },
    });
    expect(reason).toBe(wanted);
    expect(message).toContain(
      wanted === 'RollbackFailed'
        ? `Job/default/${name}-1 not ready`
        : `default/${name}.v1 with chart game@0.1.0 succeeded`,
    );
    expect((await scene.revisions(name)).at(-1)).toBe(
      wanted === 'RollbackFailed' ? '3 failed' : '3 deployed',
    );
  });

  it.each([false, true])('disableHooks: %s', async disableHooks => {
    const name = `hooks-${disableHooks}`;
    const { reason, message } = await rolledBack(name, {
      rollback: { disableHooks },
      first: { rollbackHook: 'failed' },
    });
    expect(reason).toBe(disableHooks ? 'RollbackSucceeded' : 'RollbackFailed');
    expect(message.includes('pre-rollback')).toBe(!disableHooks);
    expect(await scene.value(name)).toBe(disableHooks ? '1' : 'b');
  });

  it.each([false, true])(
    'cleanupOnFail deletes what a failed rollback made: %s',
    async cleanupOnFail => {
      const name = `clean-${cleanupOnFail}`;
      const { reason } = await rolledBack(name, {
        rollback: { cleanupOnFail, timeout: '1s' },
        first: { extra: 'back', job: 'progressing' },
        install: { disableWait: true },
      });
      expect(reason).toBe('RollbackFailed');
      const extra = await scene.read('ConfigMap', `${name}-back`);
      expect(extra === undefined).toBe(cleanupOnFail);
    },
  );

  it.each([false, true])(
    'force replaces objects, with all that others wrote there: %s',
    async force => {
      const name = `force-${force}`;
      const { reason } = await rolledBack(name, {
        rollback: { force, serverSideApply: 'disabled' },
        install: { serverSideApply: false },
        between: () =>
          scene.world.client.patch(
            { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name },
            { type: 'merge', body: { data: { theirs: 'x' } } },
          ),
      });
      expect(reason).toBe('RollbackSucceeded');
      const map = await scene.read<KubernetesObject & { data?: object }>(
        'ConfigMap',
        name,
      );
      expect(map?.data).toEqual({
        ...{ value: '1', revision: '1' },
        ...(!force && { theirs: 'x' }),
      });
    },
  );

  it.each([
    ['auto', false, 'csa'],
    ['auto', true, 'ssa'],
    ['enabled', false, 'ssa'],
    ['disabled', true, 'csa'],
  ] as const)(
    'serverSideApply %s, after an install that applies there: %s',
    async (serverSideApply, installed, wanted) => {
      const name = `apply-${serverSideApply}-${installed}`;
      const { reason } = await rolledBack(name, {
        rollback: { serverSideApply },
        install: { serverSideApply: installed },
      });
      expect(reason).toBe('RollbackSucceeded');
      const last = await scene.records.last(name);
      expect(last?.applyMethod).toBe(wanted);
    },
  );
});
