import {
  getOwn,
  isJsonObject,
  JsonObject,
} from '@backstage-gitops/kubernetes-yaml';
import {
  GitopsAnnotation,
  GitopsKind,
} from '@backstage-gitops/plugin-gitops-common';
import { Entity } from '@backstage/catalog-model';
import {
  entityNameOf,
  fullEntityRef,
  HomeNaming,
  ManifestAnnotation,
  manifestDigest,
  slimSpecOf,
} from '@backstage-gitops/plugin-gitops-node';

/** Carried over as they are, where they are short text. */
const CARRIED = ['backstage.io/kubernetes-id'];
const LONGEST_CARRIED = 253;

/** What {@link slimEntityOf} makes an entity of. */
export interface SlimEntityOptions {
  kind: GitopsKind;
  document: JsonObject;
  /** Place of the document in its file. */
  documentId: string;
  name: string;
  namespace: string;
  home?: HomeNaming;
  /** Owner where the manifest names none. */
  defaultOwner?: string;
}

/**
 * The slim entity of a manifest. A version that never was stays, so that the
 * processor can refuse it by its name.
 */
export function slimEntityOf(options: SlimEntityOptions): Entity {
  const { kind, document, namespace, home } = options;
  const apiVersion = String(document.apiVersion);
  const version = apiVersion.slice(kind.group.length + 1);
  const given = annotationsOf(document);
  const annotations: Record<string, string> = {
    [ManifestAnnotation.digest]: manifestDigest(document),
    [ManifestAnnotation.document]: options.documentId,
    [ManifestAnnotation.apiVersion]: apiVersion,
  };
  if (home) {
    annotations[ManifestAnnotation.home] = home.name;
  }
  for (const name of CARRIED) {
    const value = getOwn(given, name);
    if (typeof value === 'string' && value.length <= LONGEST_CARRIED) {
      annotations[name] = value;
    }
  }
  return {
    apiVersion: kind.versions.includes(version) ? kind.apiVersion : apiVersion,
    kind: kind.kind,
    metadata: {
      name: entityNameOf(home, options.name),
      namespace,
      annotations,
    },
    spec: slimSpecOf({
      kind,
      spec: document.spec,
      namespace,
      home,
      owner:
        fullEntityRef(getOwn(given, GitopsAnnotation.owner), 'group') ??
        fullEntityRef(options.defaultOwner, 'group'),
      component: fullEntityRef(
        getOwn(given, GitopsAnnotation.component),
        'component',
      ),
    }),
  };
}

/** The annotations that name entities, but are no entity references. */
export function invalidReferencesOf(document: JsonObject): string[] {
  const given = annotationsOf(document);
  return [GitopsAnnotation.owner, GitopsAnnotation.component].filter(name => {
    const value = getOwn(given, name);
    return value !== undefined && !fullEntityRef(value, 'group');
  });
}

function annotationsOf(document: JsonObject): JsonObject {
  const { metadata } = document;
  const annotations = isJsonObject(metadata) ? metadata.annotations : undefined;
  return isJsonObject(annotations) ? annotations : {};
}
