import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  durationToMs,
  GitRepository,
  gitRepositoryKind,
  ImageUpdateAutomation,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ConnectionGuard,
  FetchLimits,
  HttpConnections,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';
import { assertError } from '@backstage/errors';
import { Home } from '../../../homes/Home';
import { ObjectReference } from '../../../homes/ObjectReference';
import { GitAccess, GitCredentials } from '../../source/git/access/GitAccess';
import { SignCommit } from '../../source/git/push/writeCommit';
import { NamespaceReader } from '../../source/NamespaceReader';
import { AutomationError } from './AutomationError';
import { pushTargetOf } from './pushTarget';
import { readSigningKey } from './signing/readSigningKey';
import { UpdateRepository } from './UpdateRepository';

/** What repositories are reached with. */
export interface RepositoryAccess {
  credentials: GitCredentials;
  connections: HttpConnections;
  guard: ConnectionGuard;
  limits: FetchLimits;
  noCrossNamespaceRefs: boolean;
}

/** An automation for which something is done. */
export interface AutomationContext {
  home: Home;
  automation: ImageUpdateAutomation;
  signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Milliseconds that Git may take for each of fetching and pushing (Flux 2.9). */
const DEFAULT_TIMEOUT_MS = 60_000;

/** The GitRepository that an automation names. */
export function sourceReference({
  metadata,
  spec: { sourceRef },
}: ImageUpdateAutomation): ObjectReference {
  return {
    kind: sourceRef.kind,
    namespace: sourceRef.namespace || metadata.namespace || 'default',
    name: sourceRef.name,
  };
}

/**
 * Opens the repository of an automation for as long as something is done with it.
 *
 * @param options.fallback - the branch for commits where the spec names none
 * @throws AutomationError, and what the work throws
 */
export async function withRepository<T>(
  context: AutomationContext,
  options: RepositoryAccess & { fallback?: string },
  work: (repository: UpdateRepository, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const source = await readSource(context, options);
  const target = pushTargetOf(context.automation, source, options.fallback);
  const { timeout } = source.spec;
  const timeoutMs = timeout ? durationToMs(timeout) : DEFAULT_TIMEOUT_MS;
  const late = new AbortController();
  const timer = setTimeout(
    () =>
      late.abort(
        new Error(
          `Git took longer than twice the timeout of the GitRepository (${timeoutMs / 1_000} s); look whether its server answers, or raise spec.timeout there`,
        ),
      ),
    2 * timeoutMs,
  );
  const signal = AbortSignal.any([context.signal, late.signal]);
  try {
    const access = await openAccess(context, source, options, signal);
    const repository = await UpdateRepository.open({
      ...{ source, target, access, signal },
      limits: options.limits,
    });
    try {
      return await work(repository, signal);
    } finally {
      await repository.dispose();
    }
  } catch (error) {
    context.signal.throwIfAborted();
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** The key that commits are signed with, where one is named. @throws AutomationError */
export async function signerOf({
  home,
  automation,
  signal,
}: AutomationContext): Promise<SignCommit | undefined> {
  const { signingKey } = automation.spec.git!.commit;
  if (!signingKey) {
    return undefined;
  }
  const { namespace = 'default' } = automation.metadata;
  const { name } = signingKey.secretRef;
  const reader = new NamespaceReader(home, namespace, signal);
  const reference = { apiVersion: 'v1', kind: 'Secret', name };
  try {
    const secret = await reader.get<KubernetesObject>(reference);
    if (!secret) {
      throw new Error(
        `could not find signing key secret '${name}'; create it in namespace ${namespace}, or correct spec.git.commit.signingKey`,
      );
    }
    return await readSigningKey(secret, signingKey.type);
  } catch (error) {
    assertError(error);
    signal.throwIfAborted();
    throw misconfigured(error.message);
  }
}

async function readSource(
  { home, automation, signal }: AutomationContext,
  { noCrossNamespaceRefs }: RepositoryAccess,
): Promise<GitRepository> {
  const { kind, namespace, name } = sourceReference(automation);
  if (kind !== gitRepositoryKind.kind) {
    throw invalid(`source kind '${kind}' not supported; name a GitRepository`);
  }
  if (!automation.spec.git) {
    throw invalid(`source kind '${kind}' necessitates field .spec.git`);
  }
  if (noCrossNamespaceRefs && namespace !== automation.metadata.namespace) {
    throw new AutomationError(
      Reason.AccessDenied,
      `can't access '${kind}/${namespace}/${name}', cross-namespace references have been blocked`,
      { stalled: true },
    );
  }
  const source = await home.readWatched<GitRepository>(
    { apiVersion: gitRepositoryKind.apiVersion, kind, namespace, name },
    { signal },
  );
  if (!source) {
    throw misconfigured(
      `referenced git repository does not exist: GitRepository '${namespace}/${name}' not found`,
    );
  }
  return source;
}

async function openAccess(
  { home, now }: AutomationContext,
  source: GitRepository,
  { connections, guard, credentials }: RepositoryAccess,
  signal: AbortSignal,
): Promise<GitAccess> {
  const { namespace = 'default' } = source.metadata;
  try {
    return await GitAccess.read(
      {
        ...{ namespace, connections, guard, signal, now },
        object: source,
        home: new NamespaceReader(home, namespace, signal),
      },
      credentials,
    );
  } catch (error) {
    assertError(error);
    signal.throwIfAborted();
    throw error instanceof SourceFetchError && error.retry === 'stall'
      ? invalid(error.message)
      : misconfigured(error.message);
  }
}

function invalid(problem: string): AutomationError {
  return new AutomationError('InvalidSourceConfiguration', problem, {
    stalled: true,
  });
}

function misconfigured(problem: string): AutomationError {
  return new AutomationError(
    'SourceManagerFailed',
    `failed configuring source manager: ${problem}`,
  );
}
