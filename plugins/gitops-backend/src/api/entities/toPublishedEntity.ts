import { createHash } from 'node:crypto';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { JsonValue } from '@backstage-gitops/kubernetes-yaml';
import {
  GitopsAnnotation,
  GitopsObject,
  kindOfGroup,
  PublishedEntity,
  splitApiVersion,
} from '@backstage-gitops/plugin-gitops-common';
import {
  fullEntityRef,
  HomeNaming,
  ManifestAnnotation,
  publishedNameOf,
  slimSpecOf,
} from '@backstage-gitops/plugin-gitops-node';
import { textAt } from '../../homes/relationsOf';

const KUBERNETES_ID = 'backstage.io/kubernetes-id';
const LONGEST_CARRIED = 253;

/** An entity, and what tells whether it changed. */
export interface DigestedEntity {
  entityRef: string;
  entity: PublishedEntity;
  /** 256 bits. */
  digest: bigint;
}

/** The slim entity of an object; undefined for a kind that Flux does not have. */
export function toPublishedEntity(options: {
  home: HomeNaming;
  object: GitopsObject;
  /** An entity reference in full. */
  owner?: string;
}): DigestedEntity | undefined {
  const { home, object } = options;
  const { annotations, name } = object.metadata;
  const namespace = object.metadata.namespace ?? 'default';
  const kind = kindOfGroup(
    splitApiVersion(object.apiVersion).group,
    object.kind,
  );
  if (!kind) {
    return undefined;
  }
  const id = textAt(annotations, KUBERNETES_ID);
  const { type, owner, component, sources, dependsOn } = slimSpecOf({
    kind,
    spec: object.spec as JsonValue | undefined,
    namespace,
    home,
    owner: options.owner,
    component: fullEntityRef(
      textAt(annotations, GitopsAnnotation.component),
      'component',
    ),
  });
  const entity: PublishedEntity = {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: {
      name: publishedNameOf(home, name),
      namespace,
      annotations: {
        [ManifestAnnotation.home]: home.name,
        [ManifestAnnotation.object]: name,
        ...(id && id.length <= LONGEST_CARRIED && { [KUBERNETES_ID]: id }),
      },
    },
    spec: {
      type,
      ...(owner && { owner }),
      ...(component && { component }),
      ...(sources && { sources }),
      ...(dependsOn && { dependsOn }),
    },
  };
  const hash = createHash('sha256').update(JSON.stringify(entity));
  return {
    entityRef: stringifyEntityRef(entity),
    entity,
    digest: BigInt(`0x${hash.digest('hex')}`),
  };
}
