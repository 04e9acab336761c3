import { assertError } from '@backstage/errors';
import {
  Artifact,
  ConditionType,
  GitRepository,
  gitRepositoryKind,
  Reason,
  sameRevision,
} from '@backstage-gitops/plugin-gitops-common';
import {
  FetchContext,
  Fetched,
  SourceFetcher,
  SourceFetchError,
  SourceReference,
} from '@backstage-gitops/plugin-gitops-node';
import { packArchive } from '../../../artifacts/packArchive';
import { GitAccess, GitCredentials } from './access/GitAccess';
import { GithubTokens } from './access/GithubTokens';
import { artifactFiles } from './artifactFiles';
import { gitAddressProblem } from './gitAddress';
import { GitError, GitErrorCode } from './GitError';
import { GitRemote } from './GitRemote';
import { GitTransport } from './GitTransport';
import { IncludedArtifact, readIncludes } from './readIncludes';
import {
  GitTarget,
  referencePrefixes,
  resolveReference,
} from './resolveReference';
import { sparsePaths } from './sparsePaths';
import { Submodules } from './submodules/Submodules';
import { verificationMode, verifySource } from './verify/verifySource';

type Context = FetchContext<GitRepository>;

/** Longest commit subject that an event quotes (Flux 2.9). */
const SUBJECT_LENGTH = 50;

const REASONS: Partial<Record<GitErrorCode, string>> = {
  GIT_EMPTY: Reason.EmptyGitRepository,
  GIT_AUTHENTICATION: Reason.AuthenticationFailed,
};

/** Fetches Git repositories over http, https and ssh (Flux 2.9). */
export class GitRepositoryFetcher implements SourceFetcher<GitRepository> {
  readonly kind = gitRepositoryKind;
  private readonly credentials: GitCredentials;

  constructor(options: Pick<GitCredentials, 'integrations'> = {}) {
    this.credentials = {
      tokens: new GithubTokens(),
      integrations: options.integrations,
    };
  }

  handles({ spec }: GitRepository): boolean {
    return ['generic', 'github'].includes(spec.provider ?? 'generic');
  }

  references(object: GitRepository): SourceReference[] {
    return (object.spec.include ?? []).map(({ repository }) => ({
      kind: gitRepositoryKind.kind,
      namespace: object.metadata.namespace ?? 'default',
      name: repository.name,
    }));
  }

  async fetch(context: Context): Promise<Fetched<GitRepository>> {
    const { spec } = context.object;
    const problem = gitAddressProblem(spec.url);
    if (problem) {
      throw new SourceFetchError(`spec.url ${problem}`, {
        reason: Reason.URLInvalid,
        retry: 'stall',
      });
    }
    const { access, transport } = await openAccess(context, this.credentials);
    const remote = remoteOver(transport, context, context.limits.bytes);
    try {
      return await look(context, access, remote);
    } catch (error) {
      throw failureOf(error);
    } finally {
      await remote.close();
    }
  }
}

async function look(
  context: Context,
  access: GitAccess,
  remote: GitRemote,
): Promise<Fetched<GitRepository>> {
  const { spec } = context.object;
  const includes = await readIncludes(context);
  const references = await remote.list(referencePrefixes(spec.ref));
  if (references.length === 0 && (await remote.isEmpty())) {
    throw new GitError('GIT_EMPTY', 'git repository is empty');
  }
  const target = await resolveReference(spec.ref, references, tags =>
    remote.newestOf(tags),
  );
  const { revision } = target;
  const finding = {
    revision,
    stored: { message: `stored artifact for revision '${revision}'` },
    observed: observationsOf(context, includes),
  };
  const isKnown = isStored(context, target, includes);
  if (isKnown && isVerified(context)) {
    if (!spec.verify) {
      context.verified(false);
    }
    return { type: 'unchanged', ...finding };
  }
  const checkout = await remote.checkout(target);
  const submodules = new Submodules({
    maxBytes: context.limits.bytes - checkout.bytes,
    open: async (url, maxBytes) =>
      remoteOver(await access.open(url), context, maxBytes),
  });
  const dispose = async () => {
    await submodules.dispose();
    await checkout.dispose();
  };
  try {
    const only = await sparsePaths(spec.sparseCheckout, checkout);
    await verifySource(context, checkout);
    if (isKnown) {
      await dispose();
      return { type: 'unchanged', ...finding };
    }
    await announce(context, target, includes);
    const { commit } = checkout;
    const { signal, limits } = context;
    const files = spec.recurseSubmodules
      ? submodules.files(checkout, spec.url, only)
      : checkout.files(only);
    return {
      type: 'new',
      ...finding,
      fileName: `${commit.oid}.tar.gz`,
      commit,
      content: () =>
        packArchive(
          failingAs(
            artifactFiles({
              ...{ files, includes, ignore: spec.ignore, signal, limits },
              open: artifact => context.openArtifact(artifact),
              directory: () => context.directory(),
            }),
          ),
        ),
      event: {
        message: `stored artifact for commit '${subjectOf(commit.message) || revision}'`,
      },
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function remoteOver(
  transport: GitTransport,
  context: Context,
  maxBytes: number,
): GitRemote {
  const { limits, signal } = context;
  return new GitRemote({
    ...{ transport, signal },
    limits: { ...limits, bytes: maxBytes },
    directory: () => context.directory(),
  });
}

function observationsOf(
  { object: { spec } }: Context,
  includes: readonly IncludedArtifact[],
): Partial<NonNullable<GitRepository['status']>> {
  const unlessEmpty = <T>(list: T[] | undefined) =>
    list?.length ? list : undefined;
  return {
    observedIgnore: spec.ignore,
    observedRecurseSubmodules: spec.recurseSubmodules || undefined,
    observedInclude: unlessEmpty(spec.include),
    observedSparseCheckout: unlessEmpty(spec.sparseCheckout),
    includedArtifacts: unlessEmpty(includes.map(({ artifact }) => artifact)),
    sourceVerificationMode: verificationMode(spec),
  };
}

/** Whether the artifact that is stored would be made again. */
function isStored(
  { object: { spec, status }, artifact }: Context,
  { revision }: GitTarget,
  includes: readonly IncludedArtifact[],
): boolean {
  return (
    artifact !== undefined &&
    sameRevision(artifact.revision, revision) &&
    sameArtifacts(status?.includedArtifacts ?? [], includes) &&
    status?.observedIgnore === spec.ignore &&
    (status?.observedRecurseSubmodules ?? false) ===
      (spec.recurseSubmodules ?? false) &&
    same(status?.observedInclude ?? [], spec.include ?? []) &&
    same(status?.observedSparseCheckout ?? [], spec.sparseCheckout ?? [])
  );
}

/** Whether signatures were verified as the spec wants it now. */
function isVerified(context: Context): boolean {
  const { spec, status } = context.object;
  const mode = verificationMode(spec);
  return (
    mode === undefined ||
    (status?.sourceVerificationMode === mode &&
      context.conditionStatus(ConditionType.SourceVerified) === 'True')
  );
}

async function announce(
  context: Context,
  { revision }: GitTarget,
  includes: readonly IncludedArtifact[],
): Promise<void> {
  const { artifact, object } = context;
  const isOther =
    artifact &&
    sameRevision(artifact.revision, revision) &&
    !sameArtifacts(object.status?.includedArtifacts ?? [], includes);
  await context.building(
    isOther
      ? {
          reason: Reason.IncludeChange,
          message: 'included artifacts differ from last observed includes',
        }
      : { message: `new upstream revision '${revision}'` },
  );
}

async function openAccess(
  context: Context,
  credentials: GitCredentials,
): Promise<{ access: GitAccess; transport: GitTransport }> {
  try {
    const access = await GitAccess.read(context, credentials);
    return { access, transport: await access.open() };
  } catch (error) {
    assertError(error);
    throw error instanceof SourceFetchError
      ? error
      : new SourceFetchError(
          `failed to configure authentication options: ${error.message}`,
          { reason: Reason.AuthenticationFailed },
        );
  }
}

function failureOf(error: unknown): SourceFetchError {
  assertError(error);
  if (error instanceof SourceFetchError) {
    return error;
  }
  const reason =
    (error instanceof GitError && REASONS[error.code]) ||
    Reason.GitOperationFailed;
  const what =
    error instanceof GitError && error.code === 'GIT_PATH_NOT_FOUND'
      ? 'failed to sparse checkout directories '
      : 'failed to checkout and determine revision';
  return new SourceFetchError(
    reason === Reason.GitOperationFailed
      ? `${what}: ${error.message}`
      : error.message,
    { reason, condition: ConditionType.FetchFailed },
  );
}

/** Reading what was fetched can fail too, and that is no fault of the store. */
async function* failingAs<T>(entries: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* entries;
  } catch (error) {
    throw failureOf(error);
  }
}

function sameArtifacts(
  before: readonly Artifact[],
  now: readonly IncludedArtifact[],
): boolean {
  return (
    before.length === now.length &&
    before.every(
      ({ revision, digest }, index) =>
        now[index].artifact.revision === revision &&
        now[index].artifact.digest === digest,
    )
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function subjectOf(message: string): string {
  const [subject] = message.split('\n', 1);
  return subject.length > SUBJECT_LENGTH
    ? `${subject.slice(0, SUBJECT_LENGTH)}...`
    : subject;
}
