import {
  choice,
  FieldSchema,
  FieldsOf,
  required,
  string,
  stringMap,
} from './schema';

/**
 * Kinds whose events can be sent on, and that webhooks can wake.
 *
 * @public
 */
export type NotifiedKind =
  | 'Bucket'
  | 'GitRepository'
  | 'Kustomization'
  | 'HelmRelease'
  | 'HelmChart'
  | 'HelmRepository'
  | 'ImageRepository'
  | 'ImagePolicy'
  | 'ImageUpdateAutomation'
  | 'OCIRepository'
  | 'ArtifactGenerator'
  | 'ExternalArtifact';

/**
 * One object, or all of a kind (`name: '*'`), possibly by label.
 *
 * @public
 */
export interface CrossNamespaceObjectReference {
  apiVersion?: string;
  kind: NotifiedKind;
  /** `*` for all. */
  name: string;
  /** Default: the own one. */
  namespace?: string;
  matchLabels?: Record<string, string>;
}

const KINDS: readonly NotifiedKind[] = [
  'Bucket',
  'GitRepository',
  'Kustomization',
  'HelmRelease',
  'HelmChart',
  'HelmRepository',
  'ImageRepository',
  'ImagePolicy',
  'ImageUpdateAutomation',
  'OCIRepository',
  'ArtifactGenerator',
  'ExternalArtifact',
];

const name = (description: string): FieldSchema =>
  string(description, { minLength: 1, maxLength: 253 });

export const crossNamespaceFields: FieldsOf<CrossNamespaceObjectReference> = {
  apiVersion: string('API version of the object.'),
  kind: required(choice('Kind of the object.', KINDS)),
  name: required(name('Name of the object, or * for all.')),
  namespace: name('Namespace of the object; the own one if left out.'),
  matchLabels: stringMap('Labels that the object must have.'),
};
