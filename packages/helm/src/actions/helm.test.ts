// Servers: the sandbox's Kubernetes API; where there is one on the PATH, `helm`
// (4.2) beside it. Without it, the stored records are held against Helm's in
// ../releases.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { ChartFiles, ReleaseBench, WAIT } from './__testUtils__/ReleaseBench';
import { rollbackRelease } from './rollbackRelease';
import { uninstallRelease } from './uninstallRelease';

jest.setTimeout(120_000);

const VOLATILE: ReadonlySet<string> = new Set([
  ...['uid', 'resourceVersion', 'creationTimestamp', 'time'],
  ...['lastUpdateTime', 'lastTransitionTime', 'status', 'generation'],
]);

const describeWithHelm = hasHelm() ? describe : describe.skip;

const files = (value: string): ChartFiles => ({
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.2.3\n',
  'values.yaml': 'replicas: 1\n',
  'templates/NOTES.txt': 'installed {{ .Release.Name }}',
  'templates/cm.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}-cm"}
data: {value: ${value}, revision: "{{ .Release.Revision }}"}
`,
  'templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}", labels: {value: ${value}}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: nginx:1
          env: [{name: VALUE, value: ${value}}]
          ports: [{containerPort: 80}]
        - {name: side-${value}, image: busybox}
`,
  'templates/hook.yaml': `apiVersion: batch/v1
kind: Job
metadata:
  name: "{{ .Release.Name }}-hook"
  annotations:
    helm.sh/hook: pre-install,pre-upgrade,pre-rollback
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: busybox}]
`,
});

describeWithHelm('beside the command helm', () => {
  let bench: ReleaseBench;
  let directory: string;

  beforeAll(async () => {
    bench = await ReleaseBench.start();
    directory = await mkdtemp(join(tmpdir(), 'helm-command-'));
    await writeFile(join(directory, 'config'), bench.api.kubeconfig);
  });

  afterAll(async () => {
    await bench?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const helm = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)('helm', args, {
      env: {
        ...process.env,
        KUBECONFIG: join(directory, 'config'),
        HELM_CACHE_HOME: join(directory, 'cache'),
        HELM_CONFIG_HOME: join(directory, 'config-home'),
        HELM_DATA_HOME: join(directory, 'data'),
      },
    });
    return stdout;
  };
  const chart = async (value: string): Promise<string> => {
    const root = join(directory, `chart-${value}`);
    for (const [path, text] of Object.entries(files(value))) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    return root;
  };
  const statuses = async (name: string) => {
    const history = JSON.parse(await helm('history', name, '-o', 'json'));
    return history.map(
      (one: { revision: number; status: string }) =>
        `${one.revision} ${one.status}`,
    );
  };
  /** An object without what differs from run to run. */
  const bare = (object: KubernetesObject | undefined) => {
    const text = JSON.stringify(object ?? null, (key, value) =>
      VOLATILE.has(key) ? undefined : value,
    );
    const result = JSON.parse(text.replaceAll(/theirs|ours/g, 'name'));
    // The API server sorts them by the second in which they were written.
    result?.metadata.managedFields.sort((a: object, b: object) =>
      JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
    );
    return result;
  };

  it.each([true, false])(
    'has our releases continued, server-side %s',
    async serverSide => {
      const name = `a-${serverSide}`;
      await bench.install(name, files('one'), { serverSide });
      await bench.upgrade(name, files('two'));
      const [listed] = JSON.parse(
        await helm('list', '--filter', name, '-o', 'json'),
      );
      expect(listed).toMatchObject({
        ...{ name, namespace: 'default', revision: '2' },
        ...{ status: 'deployed', chart: 'web-1.2.3' },
      });
      expect(await helm('get', 'notes', name)).toContain(`installed ${name}`);
      expect(await helm('get', 'all', name)).toContain(`name: "${name}-cm"`);
      expect(await statuses(name)).toEqual(['1 superseded', '2 deployed']);

      await helm('rollback', name, '1', '--wait');
      expect(await statuses(name)).toEqual([
        ...['1 superseded', '2 superseded', '3 deployed'],
      ]);
      await helm('upgrade', name, await chart('three'), '--wait');
      await bench.upgrade(name, files('four'));
      expect(await statuses(name)).toContain('5 deployed');
      await helm('uninstall', name, '--wait');
      expect(await bench.history(name)).toEqual([]);
      expect(await bench.get('ConfigMap', `${name}-cm`)).toBeUndefined();
    },
  );

  it('rolls back what a controller applied only where it may take fields over', async () => {
    const name = 'conflict';
    const context = bench.context({ fieldManager: 'helm-controller' });
    await bench.install(name, files('one'), {}, context);
    await bench.upgrade(name, files('two'), {}, context);
    await expect(helm('rollback', name, '1')).rejects.toThrow(
      /conflicts with "helm-controller"/,
    );
    await helm('rollback', name, '1', '--force-conflicts', '--wait');
    expect(await bench.get('ConfigMap', `${name}-cm`)).toMatchObject({
      data: { value: 'one', revision: '1' },
    });
    // The controller takes them back.
    await bench.upgrade(name, files('two'), { forceConflicts: true }, context);
    expect(await bench.get('ConfigMap', `${name}-cm`)).toMatchObject({
      data: { value: 'two' },
    });
    await helm('uninstall', name, '--wait');
  });

  it.each(['true', 'false'])(
    'has its releases continued by us, server-side %s',
    async serverSide => {
      const name = `b-${serverSide}`;
      await helm(
        ...['install', name, await chart('one')],
        ...['--wait', `--server-side=${serverSide}`],
      );
      const upgraded = await bench.upgrade(name, files('two'));
      expect(upgraded.applyMethod).toBe(serverSide === 'true' ? 'ssa' : 'csa');
      await rollbackRelease(bench.context(), {
        ...{ name, version: 1, serverSide: 'auto', wait: WAIT },
      });
      expect(await statuses(name)).toEqual([
        ...['1 superseded', '2 superseded', '3 deployed'],
      ]);
      expect(await bench.get('ConfigMap', `${name}-cm`)).toMatchObject({
        data: { value: 'one', revision: '1' },
      });
      await uninstallRelease(bench.context(), { name, wait: WAIT });
      expect(
        await helm('list', '--filter', name, '-q', '--all-namespaces'),
      ).toBe('');
    },
  );

  it.each([true, false])(
    'leaves the same objects and records as we do, server-side %s',
    async serverSide => {
      const side = `--server-side=${serverSide}`;
      await helm('install', 'theirs', await chart('one'), '--wait', side);
      await bench.install('ours', files('one'), { serverSide });
      const live = (name: string) =>
        Promise.all([
          bench.get('ConfigMap', `${name}-cm`),
          bench.get('Deployment', name, 'apps/v1'),
        ]);
      const same = async () => {
        const [theirs, ours] = await Promise.all(['theirs', 'ours'].map(live));
        expect(ours.map(bare)).toEqual(theirs.map(bare));
      };
      await same();
      for (const name of ['theirs', 'ours']) {
        await bench.client.patch(
          {
            ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
            ...{ namespace: 'default', name },
          },
          {
            type: 'strategic',
            fieldManager: 'somebody',
            body: {
              metadata: { labels: { theirs: 'kept' } },
              spec: {
                template: {
                  spec: { containers: [{ name: 'injected', image: 'x' }] },
                },
              },
            },
          },
        );
      }
      await helm('upgrade', 'theirs', await chart('two'), '--wait');
      await bench.upgrade('ours', files('two'));
      await same();
      await helm('rollback', 'theirs', '1', '--wait');
      await rollbackRelease(bench.context(), {
        ...{ name: 'ours', version: 1, serverSide: 'auto', wait: WAIT },
      });
      await same();
      const [theirs, ours] = await Promise.all(
        ['theirs', 'ours'].map(name => bench.records().history(name)),
      );
      const told = (history: typeof ours) =>
        history.releases.map(({ version, applyMethod, info }) => ({
          ...{ version, applyMethod },
          status: info?.status,
          description: info?.description,
        }));
      expect(told(ours)).toEqual(told(theirs));
      const rolledBackTo = ({ releases }: typeof ours) =>
        releases[2].info?.rollbackRevision;
      expect(rolledBackTo(ours)).toBe(1);
      // Versions before 4.3 do not write it.
      expect([0, 1]).toContain(rolledBackTo(theirs));
      await helm('uninstall', 'theirs', 'ours', '--wait');
    },
  );
});

function hasHelm(): boolean {
  try {
    return execFileSync('helm', ['version', '--short'], {
      encoding: 'utf8',
    }).startsWith('v4');
  } catch {
    return false;
  }
}
