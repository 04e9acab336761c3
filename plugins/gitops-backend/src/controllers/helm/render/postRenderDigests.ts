import { compareCodePoints } from '@backstage-gitops/kubernetes-yaml';
import {
  HelmRelease,
  ImageOverride,
  Patch,
} from '@backstage-gitops/plugin-gitops-common';
import { createHash } from 'node:crypto';

const patchFields = ({ patch, target }: Patch) => ({
  patch,
  target: target && {
    group: target.group || undefined,
    version: target.version || undefined,
    kind: target.kind || undefined,
    namespace: target.namespace || undefined,
    name: target.name || undefined,
    annotationSelector: target.annotationSelector || undefined,
    labelSelector: target.labelSelector || undefined,
  },
});

const imageFields = ({ name, newName, newTag, digest }: ImageOverride) => ({
  name,
  newName: newName || undefined,
  newTag: newTag || undefined,
  digest: digest || undefined,
});

/**
 * The digests of what is done to rendered objects, as Flux 2.9 computes them: of
 * Go's JSON, with fields in the order of its types. Empty where nothing is done.
 */
export function postRenderDigests({ spec }: HelmRelease): {
  postRenderersDigest: string;
  commonMetadataDigest: string;
} {
  const { postRenderers, commonMetadata } = spec;
  return {
    postRenderersDigest: postRenderers
      ? digestOf(
          postRenderers.map(({ kustomize }) => ({
            kustomize: kustomize && {
              patches: filled(kustomize.patches?.map(patchFields)),
              images: filled(kustomize.images?.map(imageFields)),
            },
          })),
        )
      : '',
    commonMetadataDigest: commonMetadata
      ? digestOf({
          annotations: sorted(commonMetadata.annotations),
          labels: sorted(commonMetadata.labels),
        })
      : '',
  };
}

function filled<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list && list.length > 0 ? list : undefined;
}

function sorted(
  map: Readonly<Record<string, string>> | undefined,
): Map<string, string> | undefined {
  const entries = Object.entries(map ?? {});
  return entries.length > 0
    ? new Map(entries.sort(([a], [b]) => compareCodePoints(a, b)))
    : undefined;
}

function digestOf(value: unknown): string {
  const hash = createHash('sha256').update(`${goJson(value)}\n`);
  return `sha256:${hash.digest('hex')}`;
}

/** Objects would put keys that are numbers first: hence maps. */
function goJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(goJson).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = value instanceof Map ? value : Object.entries(value);
    const fields: string[] = [];
    for (const [key, child] of entries) {
      if (child !== undefined) {
        fields.push(`${goJson(key)}:${goJson(child)}`);
      }
    }
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(value ?? null).replace(
    /[<>&\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
