import { Readable } from 'node:stream';
import {
  Artifact,
  ConditionType,
  GitopsObject,
  HelmChart,
  helmChartKind,
  HelmRepository,
  kindByName,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import {
  FetchContext,
  Fetched,
  SourceFetcher,
  SourceFetchError,
  SourceReference,
} from '@backstage-gitops/plugin-gitops-node';
import { Registries } from '../../../registries/Registries';
import { ChartBuild, ChartBuildOptions } from './ChartBuild';
import { buildLocalChart } from './buildLocalChart';
import { buildRemoteChart } from './buildRemoteChart';
import { ChartRepositories } from './ChartRepositories';
import { ChartWork } from './threads/ChartWork';

type Context = FetchContext<HelmChart>;
type Source = GitopsObject<object, { artifact?: Artifact }>;

const SOURCE_KINDS = ['HelmRepository', 'GitRepository', 'Bucket'];

/** Makes charts of repositories, and of directories of other sources (Flux 2.9). */
export class HelmChartFetcher implements SourceFetcher<HelmChart> {
  readonly kind = helmChartKind;
  readonly hasUrl = true;
  /** A chart may have many dependencies; each answer has its repository's. */
  readonly timeout = '10m';
  private readonly work: ChartWork;
  private readonly registries: Registries;

  constructor(options: { work: ChartWork; registries: Registries }) {
    this.work = options.work;
    this.registries = options.registries;
  }

  references({ metadata, spec }: HelmChart): SourceReference[] {
    return [
      {
        kind: spec.sourceRef.kind,
        namespace: metadata.namespace ?? 'default',
        name: spec.sourceRef.name,
      },
    ];
  }

  async fetch(context: Context): Promise<Fetched<HelmChart>> {
    const { spec } = context.object;
    if (
      !spec.verify ||
      context.conditionStatus(ConditionType.SourceVerified) === 'False'
    ) {
      context.verified(false);
    }
    const source = await readSource(context);
    const revision = source.status?.artifact?.revision;
    if (revision) {
      context.observe({ observedSourceArtifactRevision: revision });
    }
    const { work, registries } = this;
    const repositories = new ChartRepositories({ context, work, registries });
    try {
      const options: ChartBuildOptions = {
        ...{ context, work, repositories },
        valuesFiles: customValuesFiles(spec.valuesFiles),
        isStored: (name, version) => isStored(context, name, version),
      };
      const build = isHelmRepository(source)
        ? await buildRemoteChart(source, options)
        : await buildLocalChart(source.status!.artifact!, options);
      return await this.present(context, build, options.valuesFiles);
    } finally {
      await repositories.release();
    }
  }

  private async present(
    context: Context,
    build: ChartBuild,
    custom: readonly string[],
  ): Promise<Fetched<HelmChart>> {
    const { object } = context;
    const { name, version, archive, isPackaged } = build;
    const valuesFiles = archive
      ? build.valuesFiles
      : (object.status?.observedValuesFiles ?? custom);
    const action = isPackaged ? 'packaged' : 'pulled';
    const merged =
      valuesFiles.length > 0
        ? ` and merged values files [${valuesFiles.join(' ')}]`
        : '';
    const summary = {
      reason: isPackaged
        ? Reason.ChartPackageSucceeded
        : Reason.ChartPullSucceeded,
      message: `${action} '${name}' chart with version '${version}'${merged}`,
    };
    if (!archive) {
      return { type: 'unchanged', revision: version, stored: summary };
    }
    if (
      name !== object.status?.observedChartName ||
      version !== context.artifact?.revision
    ) {
      await context.building({
        reason: Reason.NewChart,
        message: summary.message,
      });
    }
    return {
      type: 'new',
      revision: version,
      fileName: `${name}-${version}.tgz`,
      content: () => Readable.from([archive]),
      stored: summary,
      event: summary,
      observed: {
        observedChartName: name,
        observedValuesFiles:
          object.spec.ignoreMissingValuesFiles && valuesFiles.length > 0
            ? [...valuesFiles]
            : undefined,
      },
    };
  }
}

/** The values files that change anything: the chart's own alone does not. */
function customValuesFiles(files: readonly string[] = []): readonly string[] {
  return files.length === 1 && /^(?:\.?\/+)*values\.yaml$/.test(files[0])
    ? []
    : files;
}

function isStored(context: Context, name: string, version: string): boolean {
  return (
    !context.generationChanged &&
    context.artifact?.revision === version &&
    context.object.status?.observedChartName === name
  );
}

async function readSource(context: Context): Promise<Source> {
  const { kind, name } = context.object.spec.sourceRef;
  const definition = SOURCE_KINDS.includes(kind) ? kindByName(kind) : undefined;
  if (!definition) {
    throw new SourceFetchError(
      `failed to get source: unsupported source kind '${kind}', must be one of: [${SOURCE_KINDS.join(' ')}]`,
      { reason: Reason.UnsupportedSourceKind, retry: 'stall' },
    );
  }
  const { apiVersion, plural, group } = definition;
  const source = await context.home.get<Source>({ apiVersion, kind, name });
  if (!source) {
    throw new SourceFetchError(
      `failed to get source: ${plural}.${group} "${name}" not found`,
      { reason: Reason.SourceUnavailable },
    );
  }
  const isRegistry = isHelmRepository(source) && source.spec.type === 'oci';
  if (!source.status?.artifact && !isRegistry) {
    throw new SourceFetchError(
      `no artifact available for ${kind} source '${name}'`,
      { reason: Reason.NoSourceArtifact, retry: 'wait' },
    );
  }
  return source;
}

function isHelmRepository(source: Source): source is Source & HelmRepository {
  return source.kind === 'HelmRepository';
}
