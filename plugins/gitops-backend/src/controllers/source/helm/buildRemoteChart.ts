import { assertError } from '@backstage/errors';
import { HelmRepository, Reason } from '@backstage-gitops/plugin-gitops-common';
import { SourceFetchError } from '@backstage-gitops/plugin-gitops-node';
import { readSecret } from '../secrets/readSecret';
import { buildFailure, codeOf } from './buildFailure';
import { ChartNotFoundError, ChartRepository } from './ChartRepository';
import { ChartBuild, ChartBuildOptions, packedVersion } from './ChartBuild';
import { packFailure } from './packFailure';
import { ProvenanceError } from './provenance';
import { RepositoryAnswerError } from './RepositoryClient';
import { FoundVersion } from './threads/indexes';

/** Flux 2.9's rule, in a form that takes linear time. */
const NAME = /^[-a-z0-9]+(?:(?:\/\.?|\.)[-a-z0-9]+)*(?:\/\.?|\.)?$/;

const INVALID_URL = new Set(['invalid-url', 'REGISTRY_INVALID_REFERENCE']);
const UNAUTHENTICATED = new Set([
  'GITOPS_NETWORK_TLS',
  'REGISTRY_UNAUTHORIZED',
  'REGISTRY_REALM',
]);

/**
 * Makes a chart of one in a repository: as it is there, or packed anew with other
 * values (Flux 2.9).
 *
 * @throws SourceFetchError
 */
export async function buildRemoteChart(
  source: HelmRepository,
  options: ChartBuildOptions,
): Promise<ChartBuild> {
  const repository = await open(source, options);
  const { context, work, valuesFiles } = options;
  const { chart, version: range = '' } = context.object.spec;
  if (!NAME.test(chart)) {
    throw buildFailure(
      'InvalidChartReference',
      `invalid chart name '${chart}': a valid name must be lower case letters and numbers and MAY be separated with dashes (-), slashes (/) or periods (.)`,
    );
  }
  const found = await find(repository, chart, range);
  await verify(repository, found, options);
  const isPackaged = valuesFiles.length > 0;
  const { name } = found;
  const version = packedVersion(
    found.version,
    isPackaged ? `${context.object.metadata.generation}` : '',
  );
  if (options.isStored(name, version)) {
    return { name, version, isPackaged };
  }
  const archive = await download(repository, found, options);
  const { signal } = context;
  if (!isPackaged) {
    try {
      await work.inspect({ archive }, signal);
    } catch (error) {
      assertError(error);
      signal.throwIfAborted();
      throw buildFailure(
        'ChartPullError',
        `failed to load chart metadata from written chart: ${error.message}`,
      );
    }
    return { name, version, isPackaged, archive, valuesFiles: [] };
  }
  const ignoreMissing = context.object.spec.ignoreMissingValuesFiles ?? false;
  try {
    const packed = await work.pack(
      {
        chart: { chart: { archive }, dependencies: [] },
        version,
        values: { paths: valuesFiles, ignoreMissing },
      },
      signal,
    );
    return { name, version, isPackaged, ...packed };
  } catch (error) {
    signal.throwIfAborted();
    throw packFailure(error, {
      load: 'failed to load downloaded chart: ',
      merge: 'failed to merge chart values: ',
    });
  }
}

async function open(
  { spec, status }: HelmRepository,
  { repositories }: ChartBuildOptions,
): Promise<ChartRepository> {
  if (spec.type === 'oci' && !spec.url.startsWith('oci://')) {
    throw new SourceFetchError(
      `failed to construct Helm client: invalid OCI registry URL: ${spec.url}`,
      { reason: Reason.Failed, retry: 'stall' },
    );
  }
  try {
    return await repositories.open(spec, status);
  } catch (error) {
    assertError(error);
    throw INVALID_URL.has(codeOf(error) ?? '')
      ? new SourceFetchError(`invalid Helm repository URL: ${error.message}`, {
          reason: Reason.URLInvalid,
          retry: 'stall',
        })
      : error;
  }
}

/** Before anything of the chart is fetched. */
async function verify(
  repository: ChartRepository,
  found: FoundVersion,
  { context }: ChartBuildOptions,
): Promise<void> {
  const { object, home, namespace, signal } = context;
  if (!object.spec.verify) {
    return;
  }
  try {
    await repository.verify(found, {
      verify: object.spec.verify,
      readSecret: name => readSecret(home, namespace, name),
    });
  } catch (error) {
    assertError(error);
    signal.throwIfAborted();
    throw verificationFailure(context, error);
  }
  context.verified(`verified signature of version ${found.version}`);
}

async function find(
  repository: ChartRepository,
  name: string,
  range: string,
): Promise<FoundVersion> {
  try {
    return await repository.find(name, range);
  } catch (error) {
    assertError(error);
    const problem = `failed to get chart version for remote reference: ${error.message}`;
    throw error instanceof ChartNotFoundError
      ? buildFailure('InvalidChartReference', problem)
      : pullFailure(error, problem);
  }
}

async function download(
  repository: ChartRepository,
  found: FoundVersion,
  { context }: ChartBuildOptions,
): Promise<Buffer> {
  try {
    return await repository.fetch(found);
  } catch (error) {
    assertError(error);
    if (error instanceof ProvenanceError) {
      throw verificationFailure(context, error);
    }
    throw pullFailure(
      error,
      `failed to download chart for remote reference: ${error.message}`,
    );
  }
}

function verificationFailure(
  context: ChartBuildOptions['context'],
  error: Error,
): SourceFetchError {
  const failure = buildFailure('ChartVerificationError', error.message);
  context.unverified(failure.message);
  return failure;
}

/** Who is not let in learns that it is a matter of credentials (Flux 2.9). */
function pullFailure(error: Error, problem: string): SourceFetchError {
  const failure = buildFailure('ChartPullError', problem);
  return isAuthentication(error)
    ? new SourceFetchError(
        `failed to authenticate with the Helm repository: ${failure.message}`,
        { reason: Reason.AuthenticationFailed },
      )
    : failure;
}

function isAuthentication(error: unknown): boolean {
  if (error instanceof RepositoryAnswerError) {
    return error.status === 401;
  }
  return UNAUTHENTICATED.has(codeOf(error) ?? '');
}
