import { Release } from '@backstage-gitops/helm';
import { ReleaseRecords } from '@backstage-gitops/helm/actions';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  gitRepositoryKind,
  HelmRelease,
  helmReleaseKind,
} from '@backstage-gitops/plugin-gitops-common';
import { Knex } from 'knex';
import {
  gitRepository,
  PortalOptions,
  readyOf,
  World,
} from '../../../__testUtils__/world';

/** Generous: it costs only where something fails. */
const WAIT_MS = 120_000;
const SOURCE = {
  apiVersion: gitRepositoryKind.apiVersion,
  kind: gitRepositoryKind.kind,
  namespace: 'default',
  name: 'repo',
};

/** Files below the chart `game`; text by path. */
export type ChartFiles = Readonly<Record<string, string>>;

/**
 * A chart that does what its values say: `value` is that of a ConfigMap of the
 * release's name. `job`, `hook` (before installs and upgrades) and `test` make a Job
 * that comes out well (`ok`), fails (`failed`) or never ends (`progressing`).
 */
export const GAME: ChartFiles = {
  'values.yaml': 'value: "1"\n',
  'templates/config.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}"}
data: {value: {{ .Values.value | quote }}, revision: "{{ .Release.Revision }}"}
`,
  'templates/job.yaml': job(
    'job',
    '{{ .Release.Name }}-{{ .Release.Revision }}',
  ),
  'templates/hook.yaml': job(
    'hook',
    '{{ .Release.Name }}-hook',
    'pre-install,pre-upgrade',
  ),
  'templates/test.yaml': job('test', '{{ .Release.Name }}-test', 'test'),
};

function job(value: string, name: string, hook?: string): string {
  return `{{ with .Values.${value} }}
apiVersion: batch/v1
kind: Job
metadata:
  name: "${name.replaceAll('.Release', '$.Release')}"
  annotations:
    backstage-gitops.io/sandbox-health: {{ . }}
${hook ? `    helm.sh/hook: ${hook}\n` : ''}spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: busybox}]
{{ end }}
`;
}

/** A condition as `[status, reason, message]`. */
export const conditionOf = (object: HelmRelease, type: string) => {
  const found = object.status?.conditions?.find(
    condition => condition.type === type,
  );
  return found && [found.status, found.reason, found.message];
};

/** Releases of a chart in a repository of the sandbox, for tests of what they do. */
export class HelmScene {
  private requests = 0;

  private constructor(
    readonly world: World,
    private readonly database: Knex,
    private readonly portal?: PortalOptions,
  ) {}

  static async start(options: {
    database: Promise<Knex>;
    /** Beside {@link GAME}. */
    files?: ChartFiles;
    portal?: PortalOptions;
  }): Promise<HelmScene> {
    const world = await World.start();
    const { url } = await world.sandbox.git.createRepository('team/app', {
      ...chartFiles('0.1.0', { ...GAME, ...options.files }),
    });
    const database = await options.database;
    await world.startPortal(database, options.portal);
    await world.untilKinds(
      'gitrepositories.source.toolkit.fluxcd.io',
      'helmcharts.source.toolkit.fluxcd.io',
      'helmreleases.helm.toolkit.fluxcd.io',
    );
    await world.apply(gitRepository(url));
    return new HelmScene(world, database, options.portal);
  }

  /** The portal stops, and another one goes on. */
  async restart(): Promise<void> {
    const { world } = this;
    await world.stopPortal(world.running[0]);
    await this.startPortal();
  }

  async startPortal(): Promise<void> {
    await this.world.startPortal(this.database, this.portal);
  }

  async stop(): Promise<void> {
    await this.world.stop();
  }

  ref(name: string) {
    return {
      apiVersion: helmReleaseKind.apiVersion,
      kind: helmReleaseKind.kind,
      namespace: 'default',
      name,
    };
  }

  /** Makes or changes a HelmRelease of the chart. */
  apply(
    name: string,
    spec: Partial<HelmRelease['spec']> = {},
    annotations?: Record<string, string>,
  ): Promise<HelmRelease> {
    const { chartRef } = spec;
    return this.world.apply<HelmRelease>({
      apiVersion: helmReleaseKind.apiVersion,
      kind: helmReleaseKind.kind,
      metadata: { name, namespace: 'default', annotations },
      spec: {
        interval: '1h',
        ...(!chartRef && {
          chart: {
            spec: {
              chart: './charts/game',
              version: '*',
              sourceRef: { kind: 'GitRepository', name: 'repo' },
            },
          },
        }),
        ...spec,
      },
    });
  }

  /** Commits a version of the chart, in place of the one before. */
  async commit(version: string, files: ChartFiles = {}): Promise<void> {
    const { git } = this.world.sandbox;
    await git.commit('team/app', {
      message: `Version ${version}`,
      files: chartFiles(version, { ...GAME, ...files }),
    });
    await this.annotate(SOURCE);
  }

  until(
    name: string,
    wanted: (object: HelmRelease) => boolean,
  ): Promise<HelmRelease> {
    return this.world.until<HelmRelease>(
      this.ref(name),
      object => object !== undefined && wanted(object),
      WAIT_MS,
    );
  }

  /** Ready in its present generation, with a version of the chart if that is given. */
  released(name: string, version?: string): Promise<HelmRelease> {
    return this.until(
      name,
      object =>
        readyOf(object)?.status === 'True' &&
        object.status?.observedGeneration === object.metadata.generation &&
        (version === undefined ||
          object.status?.history?.[0].chartVersion === version),
    );
  }

  /** Not ready, for a reason and with a message. */
  failed(
    name: string,
    reason: string,
    message: RegExp = /./,
  ): Promise<HelmRelease> {
    return this.until(name, object => {
      const ready = readyOf(object);
      return (
        ready?.status === 'False' &&
        ready.reason === reason &&
        message.test(ready.message)
      );
    });
  }

  /** Nothing more happens until somebody changes something. */
  stalled(name: string, reason: string): Promise<HelmRelease> {
    return this.until(
      name,
      object => conditionOf(object, 'Stalled')?.[1] === reason,
    );
  }

  async gone(name: string): Promise<void> {
    await this.world.until(
      this.ref(name),
      object => object === undefined,
      WAIT_MS,
    );
  }

  /** Asks for a run and waits until it is over. */
  async reconcile(
    name: string,
    also: { force?: boolean; reset?: boolean } = {},
  ): Promise<HelmRelease> {
    const token = await this.annotate(this.ref(name), also);
    return this.until(
      name,
      object => object.status?.lastHandledReconcileAt === token,
    );
  }

  /** An object of the namespace `default`. */
  read<T extends KubernetesObject>(
    kind: string,
    name: string,
    apiVersion: string = 'v1',
  ): Promise<T | undefined> {
    return this.world.client.get<T>({
      ...{ apiVersion, kind, name },
      namespace: 'default',
    });
  }

  /** `data.value` of a ConfigMap. */
  async value(name: string): Promise<string | undefined> {
    const map = await this.read<
      KubernetesObject & { data?: { value?: string } }
    >('ConfigMap', name);
    return map?.data?.value;
  }

  get records(): ReleaseRecords {
    const { client } = this.world;
    return new ReleaseRecords({ client, namespace: 'default' });
  }

  /** `version status` of each revision that is recorded. */
  async revisions(name: string): Promise<string[]> {
    const { releases } = await this.records.history(name);
    return releases.map(({ version, info }) => `${version} ${info?.status}`);
  }

  /** Changes a record as somebody would who meddles. */
  async meddle(
    name: string,
    change: (release: Release) => Release,
  ): Promise<void> {
    const last = await this.records.last(name);
    await this.records.update(change(last!));
  }

  async events(name: string): Promise<string[]> {
    const object = await this.read<HelmRelease & KubernetesObject>(
      helmReleaseKind.kind,
      name,
      helmReleaseKind.apiVersion,
    );
    return this.world.eventsOf(object!);
  }

  private async annotate(
    ref: typeof SOURCE,
    also: { force?: boolean; reset?: boolean } = {},
  ): Promise<string> {
    this.requests += 1;
    const token = `r${this.requests}`;
    const annotations = {
      'reconcile.fluxcd.io/requestedAt': token,
      ...(also.force && { 'reconcile.fluxcd.io/forceAt': token }),
      ...(also.reset && { 'reconcile.fluxcd.io/resetAt': token }),
    };
    await this.world.client.patch(ref, {
      type: 'merge',
      body: { metadata: { annotations } },
    });
    return token;
  }
}

/** The files of a repository that has a version of the chart `game`. */
export function chartFiles(version: string, files: ChartFiles): ChartFiles {
  return Object.fromEntries(
    Object.entries({
      'Chart.yaml': `apiVersion: v2\nname: game\nversion: ${version}\nappVersion: "9"\n`,
      ...files,
    }).map(([path, text]) => [`charts/game/${path}`, text]),
  );
}

/** `version status chart` of each entry of the history. */
export const historyOf = ({ status }: HelmRelease) =>
  status?.history?.map(
    ({ version, status: how, chartVersion }) =>
      `${version} ${how} ${chartVersion}`,
  );
