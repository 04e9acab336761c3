import { Artifact } from '../artifact';
import { CommonStatus, GitopsObject } from '../objects';
import { AGE_COLUMN, defineKind, READY_COLUMNS } from './kind';
import { LocalObjectReference, localRef } from './references';
import {
  boolean,
  choice,
  duration,
  list,
  object,
  required,
  string,
  timeout,
} from './schema';
import {
  artifact,
  conditions,
  lastHandledReconcileAt,
  observedGeneration,
  UNOBSERVED,
} from './status';

/**
 * GitRepository, source.toolkit.fluxcd.io/v1 (Flux 2.9): a Git reference whose
 * tree becomes an artifact.
 *
 * @public
 */
export type GitRepository = GitopsObject<
  GitRepositorySpec,
  GitRepositoryStatus
>;

/** @public */
export interface GitRepositorySpec {
  /** http, https or ssh; the `git@host:path` short form is refused. */
  url: string;
  /** Go duration between two looks at the remote. */
  interval: string;
  /** Go duration, no hours; default 60s. */
  timeout?: string;
  ref?: GitRepositoryRef;
  secretRef?: LocalObjectReference;
  /** Default `generic`. */
  provider?: 'generic' | 'aws' | 'azure' | 'github';
  /** Only with provider `azure` or `aws`. */
  serviceAccountName?: string;
  verify?: GitRepositoryVerification;
  proxySecretRef?: LocalObjectReference;
  /** Lines of gitignore, added after those of `.sourceignore`. */
  ignore?: string;
  suspend?: boolean;
  recurseSubmodules?: boolean;
  include?: GitRepositoryInclude[];
  /** Directories to check out; all if empty. */
  sparseCheckout?: string[];
}

/**
 * What to check out; the first that is set of commit, name, tag, semver, branch.
 *
 * @public
 */
export interface GitRepositoryRef {
  /** Default `master`. */
  branch?: string;
  tag?: string;
  /** A constraint over tags, in the Masterminds dialect. */
  semver?: string;
  /** A full reference such as `refs/heads/main` or `refs/pull/420/head`. */
  name?: string;
  /** A full hash; must be reachable from `branch` where that is set. */
  commit?: string;
}

/** @public */
export interface GitRepositoryVerification {
  /** Default `HEAD`; `head` is its older spelling. */
  mode?: 'head' | 'HEAD' | 'Tag' | 'TagAndHEAD';
  secretRef: LocalObjectReference;
}

/** @public */
export interface GitRepositoryInclude {
  repository: LocalObjectReference;
  /** Default: the root of the included artifact. */
  fromPath?: string;
  /** Default: the name of the included repository. */
  toPath?: string;
}

/** @public */
export interface GitRepositoryStatus extends CommonStatus {
  artifact?: Artifact;
  includedArtifacts?: Artifact[];
  observedIgnore?: string;
  observedRecurseSubmodules?: boolean;
  observedInclude?: GitRepositoryInclude[];
  observedSparseCheckout?: string[];
  sourceVerificationMode?: string;
}

const include = object<GitRepositoryInclude>(
  'Another GitRepository whose artifact is laid over this one.',
  {
    repository: required(
      localRef('The GitRepository to include, in the same namespace.'),
    ),
    fromPath: string('Directory of the included artifact; its root if empty.'),
    toPath: string(
      'Directory of this artifact that receives it; the name of the included repository if empty.',
    ),
  },
);

const spec = object<GitRepositorySpec>(
  'What to fetch, how often and with which credentials.',
  {
    url: required(
      string('Address of the repository, over http, https or ssh.', {
        pattern: '^(http|https|ssh)://.*$',
        allowed: 'an address that begins with http://, https:// or ssh://',
        sensitive: 'url',
      }),
    ),
    interval: required(
      duration('Time between two looks at the remote, give or take a little.'),
    ),
    timeout: timeout('Bound of each operation on the remote.', {
      default: '60s',
    }),
    ref: object<GitRepositoryRef>(
      'What to check out; the branch master if left out.',
      {
        branch: string('Branch; master if no other field is set.'),
        tag: string('Tag to check out.'),
        semver: string('Range of versions; the highest matching tag wins.'),
        name: string(
          'Full reference such as refs/heads/main, refs/tags/v1 or refs/pull/420/head.',
        ),
        commit: string(
          'Full commit hash. It wins over all other fields; with a branch, it must be reachable from there.',
        ),
      },
    ),
    secretRef: localRef(
      'Secret with credentials: username and password, or bearerToken; identity and known_hosts for ssh; the fields of a GitHub App; TLS files.',
    ),
    provider: choice(
      'Where credentials come from; generic means secretRef alone.',
      ['generic', 'aws', 'azure', 'github'],
    ),
    serviceAccountName: string(
      'ServiceAccount whose cloud identity is used; with the providers azure and aws only.',
    ),
    verify: object<GitRepositoryVerification>(
      'Which signatures must be valid before an artifact is made.',
      {
        mode: choice(
          'What must be signed: the commit (HEAD, formerly head), the tag, or both.',
          ['head', 'HEAD', 'Tag', 'TagAndHEAD'],
          { default: 'HEAD' },
        ),
        secretRef: required(
          localRef(
            'Secret with the public keys of trusted authors: PGP under keys that end in .asc, SSH under keys that end in .sshpub.',
          ),
        ),
      },
    ),
    proxySecretRef: localRef(
      'Secret with the proxy to use for http and https: address, username, password.',
    ),
    ignore: string(
      'Patterns of gitignore for what stays out of the artifact. Any pattern switches the default list off.',
    ),
    suspend: boolean('Stops fetching; the last artifact stays available.'),
    recurseSubmodules: boolean(
      'Fetches submodules as well, with the same credentials.',
    ),
    include: list('Artifacts of other GitRepositories to merge in.', include),
    sparseCheckout: list(
      'Directories that make up the artifact; all if left out.',
      string('A directory, relative to the root of the repository.'),
    ),
  },
  {
    rules: [
      {
        rule: "!has(self.serviceAccountName) || (has(self.provider) && self.provider in ['azure', 'aws'])",
        message: "needs provider 'azure' or 'aws'",
        field: 'serviceAccountName',
        check: self =>
          self.serviceAccountName === undefined ||
          self.provider === 'azure' ||
          self.provider === 'aws',
      },
    ],
  },
);

const status = object<GitRepositoryStatus>(
  'What was fetched and how it went.',
  {
    observedGeneration,
    conditions,
    lastHandledReconcileAt,
    artifact: artifact('The last artifact that was made.'),
    includedArtifacts: list(
      'Artifacts that were merged in, in the order of spec.include.',
      artifact('An artifact that was merged in.'),
    ),
    observedIgnore: string('spec.ignore of the present artifact.'),
    observedRecurseSubmodules: boolean(
      'spec.recurseSubmodules of the present artifact.',
    ),
    observedInclude: list('spec.include of the present artifact.', include),
    observedSparseCheckout: list(
      'spec.sparseCheckout of the present artifact.',
      string('A directory.'),
    ),
    sourceVerificationMode: string(
      'Which signatures were verified for the present artifact.',
    ),
  },
  UNOBSERVED,
);

/** @public */
export const gitRepositoryKind = defineKind({
  kind: 'GitRepository',
  group: 'source.toolkit.fluxcd.io',
  plural: 'gitrepositories',
  shortNames: ['gitrepo'],
  category: 'fluxcd-sources',
  controller: 'source',
  servedVersion: 'v1',
  versions: ['v1alpha1', 'v1beta1', 'v1beta2', 'v1'],
  producesArtifact: true,
  description: 'A Git reference whose tree becomes an artifact.',
  printerColumns: [
    { name: 'URL', type: 'string', jsonPath: '.spec.url' },
    AGE_COLUMN,
    ...READY_COLUMNS,
  ],
  spec,
  status,
});
