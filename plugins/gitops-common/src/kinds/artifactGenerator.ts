import { isJsonObject, JsonValue } from '@backstage-gitops/kubernetes-yaml';
import { CommonStatus, GitopsObject } from '../objects';
import { AGE_COLUMN, defineKind, READY_COLUMNS } from './kind';
import { CommonMetadata, commonMetadata } from './references';
import { choice, list, object, required, string } from './schema';
import { conditions, lastHandledReconcileAt } from './status';

/**
 * ArtifactGenerator, source.extensions.fluxcd.io/v1beta1 (Flux 2.9): artifacts
 * composed of, or cut out of, those of other sources.
 *
 * @public
 */
export type ArtifactGenerator = GitopsObject<
  ArtifactGeneratorSpec,
  ArtifactGeneratorStatus
>;

/** @public */
export interface ArtifactGeneratorSpec {
  sources: ArtifactGeneratorSource[];
  artifacts: OutputArtifact[];
  /** `@alias/<pattern>`: one artifact for each path that matches. */
  pathPattern?: string;
  commonMetadata?: CommonMetadata;
}

/** @public */
export interface ArtifactGeneratorSource {
  alias: string;
  kind:
    | 'Bucket'
    | 'GitRepository'
    | 'OCIRepository'
    | 'HelmChart'
    | 'ExternalArtifact';
  name: string;
  namespace?: string;
}

/** @public */
export interface OutputArtifact {
  /** Name of the ExternalArtifact. */
  name: string;
  /** `@alias`: take the revision of that source. */
  revision?: string;
  /** `@alias`: take the origin revision of that source. */
  originRevision?: string;
  copy: CopyOperation[];
}

/** @public */
export interface CopyOperation {
  /** `@alias/<glob>`. */
  from: string;
  /** `@artifact/<path>`. */
  to: string;
  exclude?: string[];
  /** Default `Overwrite`. */
  strategy?: 'Overwrite' | 'Merge' | 'Extract';
}

/** @public */
export interface ArtifactGeneratorStatus extends Omit<
  CommonStatus,
  'observedGeneration'
> {
  inventory?: GeneratedArtifact[];
  observedSourcesDigest?: string;
}

/** @public */
export interface GeneratedArtifact {
  name: string;
  namespace: string;
  digest: string;
  filename: string;
}

const ALIAS_PATH = '^@([a-z0-9]([a-z0-9_-]*[a-z0-9])?)/(.*)$';
const ALIAS = '^@([a-z0-9]([a-z0-9_-]*[a-z0-9])?)$';
const SEGMENT = '([^/]{0,1}|[^./][^/]|[.][^./]|[^/]{3,})';
const NAME =
  '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';

function hasObjectName(artifact: JsonValue): boolean {
  return (
    isJsonObject(artifact) &&
    typeof artifact.name === 'string' &&
    new RegExp(NAME).test(artifact.name)
  );
}

const copy = object<CopyOperation>('What to copy, and where to.', {
  from: required(
    string('Files to copy, `@alias/<glob>`.', {
      minLength: 1,
      maxLength: 1024,
      pattern: ALIAS_PATH,
      allowed: '@, the alias of a source, / and a glob,',
    }),
  ),
  to: required(
    string('Where to put them, `@artifact/<path>`.', {
      minLength: 1,
      maxLength: 1024,
      pattern: `^@artifact/${SEGMENT}(/${SEGMENT})*$`,
      allowed: '@artifact/ and a path without ..,',
    }),
  ),
  exclude: list(
    'Globs of files to leave out.',
    string('A glob.', { maxLength: 1024 }),
    { maxItems: 100 },
  ),
  strategy: choice(
    'What happens to files that are there already: replaced, or merged as YAML; or whether an archive is unpacked.',
    ['Overwrite', 'Merge', 'Extract'],
  ),
});

const spec = object<ArtifactGeneratorSpec>(
  'Which sources to read and which artifacts to make of them.',
  {
    sources: required(
      list(
        'Sources to read.',
        object<ArtifactGeneratorSource>('One source.', {
          alias: required(
            string('Name of the source within this object.', {
              maxLength: 63,
              pattern: '^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$',
            }),
          ),
          kind: required(
            choice('Kind of the source.', [
              'Bucket',
              'GitRepository',
              'OCIRepository',
              'HelmChart',
              'ExternalArtifact',
            ]),
          ),
          name: required(
            string('Name of the source.', {
              maxLength: 253,
              pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$',
            }),
          ),
          namespace: string(
            'Namespace of the source; the own one if left out.',
            {
              minLength: 1,
              maxLength: 63,
              pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
            },
          ),
        }),
        { minItems: 1, maxItems: 1000 },
      ),
    ),
    artifacts: required(
      list(
        'Artifacts to make.',
        object<OutputArtifact>('One artifact.', {
          name: required(
            string('Name of the ExternalArtifact that reports it.', {
              minLength: 1,
              maxLength: 253,
            }),
          ),
          revision: string(
            'Source whose revision it takes, as @alias; a digest of its content if left out.',
            { maxLength: 64, pattern: ALIAS },
          ),
          originRevision: string(
            'Source whose origin revision it takes, as @alias.',
            { maxLength: 64, pattern: ALIAS },
          ),
          copy: required(
            list('Copies to make, in order.', copy, { minItems: 1 }),
          ),
        }),
        { minItems: 1, maxItems: 1000 },
      ),
    ),
    pathPattern: string(
      'Directories of a source, `@alias/<pattern>`; one artifact is made for each match.',
      { maxLength: 1024, pattern: ALIAS_PATH },
    ),
    commonMetadata: commonMetadata('Metadata for all ExternalArtifacts.'),
  },
  {
    rules: [
      {
        rule: `(has(self.pathPattern) && self.pathPattern != '') || self.artifacts.all(a, a.name.matches('${NAME.replace(
          /\\/g,
          '\\\\',
        )}'))`,
        message:
          'without pathPattern, names must be names of Kubernetes objects: lower case letters, digits, - and .',
        field: 'artifacts',
        check: ({ pathPattern, artifacts }) =>
          (typeof pathPattern === 'string' && pathPattern !== '') ||
          (Array.isArray(artifacts) && artifacts.every(hasObjectName)),
      },
    ],
  },
);

const status = object<ArtifactGeneratorStatus>(
  'Which artifacts were made and how it went.',
  {
    conditions,
    lastHandledReconcileAt,
    inventory: list(
      'ExternalArtifacts that were made.',
      object<GeneratedArtifact>('One ExternalArtifact.', {
        name: required(string('Its name.')),
        namespace: required(string('Its namespace.')),
        digest: required(string('Digest of its artifact.')),
        filename: required(string('File of its artifact.')),
      }),
    ),
    observedSourcesDigest: string(
      'Digest over the revisions of all sources, at the last success.',
    ),
  },
);

/** @public */
export const artifactGeneratorKind = defineKind({
  kind: 'ArtifactGenerator',
  group: 'source.extensions.fluxcd.io',
  plural: 'artifactgenerators',
  shortNames: ['ag'],
  category: 'fluxcd-sources',
  controller: 'source',
  servedVersion: 'v1beta1',
  versions: ['v1beta1'],
  description: 'Artifacts composed of those of other sources.',
  printerColumns: [AGE_COLUMN, ...READY_COLUMNS],
  spec,
  status,
});
