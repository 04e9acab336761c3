import { Artifact } from '../artifact';
import { Condition, GitopsObject } from '../objects';
import { AGE_COLUMN, defineKind, READY_COLUMNS } from './kind';
import { SourceReference } from './references';
import { object, required, string } from './schema';
import { artifact, conditions } from './status';

/**
 * ExternalArtifact, source.toolkit.fluxcd.io/v1 (Flux 2.9): an artifact that
 * somebody else made and reports here.
 *
 * @public
 */
export type ExternalArtifact = GitopsObject<
  ExternalArtifactSpec,
  ExternalArtifactStatus
>;

/** @public */
export interface ExternalArtifactSpec {
  /** What made it. */
  sourceRef?: SourceReference;
}

/** @public */
export interface ExternalArtifactStatus {
  artifact?: Artifact;
  conditions?: Condition[];
}

const spec = object<ExternalArtifactSpec>('Where the artifact comes from.', {
  sourceRef: object<SourceReference>('Object that the artifact is made of.', {
    apiVersion: string('API version of the object.'),
    kind: required(string('Kind of the object.')),
    name: required(string('Name of the object.')),
    namespace: string('Namespace of the object; the own one if left out.'),
  }),
});

const status = object<ExternalArtifactStatus>('The artifact and its state.', {
  artifact: artifact('The artifact.'),
  conditions,
});

/** @public */
export const externalArtifactKind = defineKind({
  kind: 'ExternalArtifact',
  group: 'source.toolkit.fluxcd.io',
  plural: 'externalartifacts',
  shortNames: ['ea'],
  category: 'fluxcd-sources',
  controller: 'source',
  servedVersion: 'v1',
  versions: ['v1'],
  producesArtifact: true,
  description: 'An artifact that somebody else made.',
  printerColumns: [
    AGE_COLUMN,
    ...READY_COLUMNS,
    { name: 'Source', type: 'string', jsonPath: '.spec.sourceRef.name' },
  ],
  spec,
  status,
});
