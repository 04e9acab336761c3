import { FieldSchema, list, object, required, string } from './schema';

/**
 * Which objects of a build something is meant for. Names, kinds, groups and
 * versions are regular expressions that must match as a whole.
 *
 * @public
 */
export interface Selector {
  group?: string;
  version?: string;
  kind?: string;
  name?: string;
  namespace?: string;
  labelSelector?: string;
  annotationSelector?: string;
}

/**
 * A patch of kustomize: a strategic merge patch or a list of JSON 6902
 * operations, as YAML text.
 *
 * @public
 */
export interface Patch {
  patch: string;
  /** Default: what the patch itself names. */
  target?: Selector;
}

/**
 * A replacement of an image; tag and digest exclude each other.
 *
 * @public
 */
export interface ImageOverride {
  name: string;
  newName?: string;
  newTag?: string;
  digest?: string;
}

/**
 * Fields that drift detection and correction leave alone.
 *
 * @public
 */
export interface IgnoreRule {
  /** JSON pointers (RFC 6901). */
  paths: string[];
  /** Default: all objects. */
  target?: Selector;
}

/**
 * CEL expressions that tell the health of a custom resource.
 *
 * @public
 */
export interface CustomHealthCheck {
  apiVersion: string;
  kind?: string;
  current: string;
  inProgress?: string;
  failed?: string;
}

export function selector(description: string): FieldSchema {
  return object<Selector>(description, {
    group: string('API group.'),
    version: string('API version, without the group.'),
    kind: string('Kind.'),
    name: string('Name of the object.'),
    namespace: string('Namespace of the object.'),
    labelSelector: string('Label selector over the labels of the object.'),
    annotationSelector: string(
      'Selector, in the grammar of label selectors, over the annotations of the object.',
    ),
  });
}

export function patches(description: string): FieldSchema {
  return list(
    description,
    object<Patch>('One patch, and what it is for.', {
      patch: required(
        string(
          'A strategic merge patch or a list of JSON 6902 operations, as YAML.',
          { sensitive: true },
        ),
      ),
      target: selector('Objects to patch; what the patch names if left out.'),
    }),
  );
}

export function images(description: string): FieldSchema {
  return list(
    description,
    object<ImageOverride>('One image and what to put in its place.', {
      name: required(string('Image as it is written in the manifests.')),
      newName: string('Image to use instead.'),
      newTag: string('Tag to use instead.'),
      digest: string('Digest to use instead of a tag.'),
    }),
  );
}

export function ignoreRules(description: string): FieldSchema {
  return list(
    description,
    object<IgnoreRule>('Fields to leave alone, and of which objects.', {
      paths: required(
        list(
          'JSON pointers (RFC 6901) of the fields.',
          string('A JSON pointer.'),
        ),
      ),
      target: selector('Objects that are meant; all if left out.'),
    }),
  );
}

export function healthCheckExprs(description: string): FieldSchema {
  return list(
    description,
    object<CustomHealthCheck>('CEL expressions for one kind.', {
      apiVersion: required(string('API version of the custom resource.')),
      kind: string('Kind of the custom resource.'),
      current: required(
        string('True once the object has reached what its spec asks for.'),
      ),
      inProgress: string('True while the object is on its way.'),
      failed: string('True when the object has failed.'),
    }),
  );
}
