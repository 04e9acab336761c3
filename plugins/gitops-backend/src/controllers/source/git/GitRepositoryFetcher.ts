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
import { unsupportedGitField } from '../unsupportedGitField';
import { GitAccess } from './access/GitAccess';
import { GithubTokens } from './access/GithubTokens';
import { GitError, GitErrorCode } from './GitError';
import { GitRemote } from './GitRemote';
import { GitTransport } from './GitTransport';
import { readIncludes } from './readIncludes';
import { referencePrefixes, resolveReference } from './resolveReference';
import { artifactFiles } from './artifactFiles';

type Context = FetchContext<GitRepository>;

/** Longest commit subject that an event quotes (Flux 2.9). */
const SUBJECT_LENGTH = 50;

const REASONS: Partial<Record<GitErrorCode, string>> = {
  GIT_AUTHENTICATION: Reason.AuthenticationFailed,
  GIT_EMPTY: Reason.EmptyGitRepository,
};

/** Fetches Git repositories over http, https and ssh (Flux 2.9). */
export class GitRepositoryFetcher implements SourceFetcher<GitRepository> {
  readonly kind = gitRepositoryKind;
  private readonly tokens = new GithubTokens();

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
    const unsupported = unsupportedGitField(spec);
    if (unsupported) {
      throw new SourceFetchError(unsupported.message, {
        reason: unsupported.reason,
        retry: 'stall',
      });
    }
    const access = await openAccess(context, this.tokens);
    const { limits, signal } = context;
    const remote = new GitRemote({
      transport: access.transport,
      directory: () => context.directory(),
      ...{ limits, signal },
    });
    try {
      return await this.look(context, remote, () => remote.close());
    } catch (error) {
      await remote.close();
      throw failureOf(error);
    }
  }

  private async look(
    context: Context,
    remote: GitRemote,
    close: () => Promise<void>,
  ): Promise<Fetched<GitRepository>> {
    const { spec, status } = context.object;
    const includes = await readIncludes(context);
    const references = await remote.list(referencePrefixes(spec.ref));
    if (references.length === 0 && (await remote.isEmpty())) {
      throw new GitError('GIT_EMPTY', 'git repository is empty');
    }
    const target = await resolveReference(spec.ref, references);
    const { revision } = target;
    const finding = {
      revision,
      stored: { message: `stored artifact for revision '${revision}'` },
      observed: {
        observedIgnore: spec.ignore,
        observedInclude: spec.include?.length ? spec.include : undefined,
        includedArtifacts: includes.length
          ? includes.map(({ artifact }) => artifact)
          : undefined,
      },
    };
    const included = sameArtifacts(
      status?.includedArtifacts ?? [],
      includes.map(({ artifact }) => artifact),
    );
    const known =
      context.artifact && sameRevision(context.artifact.revision, revision);
    if (
      known &&
      included &&
      status?.observedIgnore === spec.ignore &&
      same(status?.observedInclude ?? [], spec.include ?? [])
    ) {
      await close();
      return { type: 'unchanged', ...finding };
    }
    await context.building(
      known && !included
        ? {
            reason: Reason.IncludeChange,
            message: 'included artifacts differ from last observed includes',
          }
        : { message: `new upstream revision '${revision}'` },
    );
    const checkout = await remote.checkout(target);
    const { commit } = checkout;
    const { signal, limits } = context;
    return {
      type: 'new',
      ...finding,
      fileName: `${commit.oid}.tar.gz`,
      commit,
      content: () =>
        packArchive(
          failingAs(
            artifactFiles({
              files: checkout.files(),
              includes,
              ignore: spec.ignore,
              open: artifact => context.openArtifact(artifact),
              directory: () => context.directory(),
              ...{ signal, limits },
            }),
          ),
        ),
      event: {
        message: `stored artifact for commit '${subjectOf(commit.message) || revision}'`,
      },
      dispose: async () => {
        await checkout.dispose();
        await close();
      },
    };
  }
}

async function openAccess(
  context: Context,
  tokens: GithubTokens,
): Promise<{ access: GitAccess; transport: GitTransport }> {
  try {
    const access = await GitAccess.read(context, tokens);
    return { access, transport: access.open() };
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
  return new SourceFetchError(
    reason === Reason.GitOperationFailed
      ? `failed to checkout and determine revision: ${error.message}`
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
  now: readonly Artifact[],
): boolean {
  return (
    before.length === now.length &&
    before.every(
      ({ revision, digest }, index) =>
        now[index].revision === revision && now[index].digest === digest,
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
