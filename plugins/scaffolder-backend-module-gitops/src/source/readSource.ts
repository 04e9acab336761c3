import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { assertError, InputError } from '@backstage/errors';
import {
  GitopsAnnotation,
  kindByName,
  validate,
} from '@backstage-gitops/plugin-gitops-common';
import { isJsonObject, JsonValue } from '@backstage-gitops/kubernetes-yaml';

/** The kinds of Flux's category `fluxcd-sources` (Flux 2.9). */
export const SOURCE_KINDS = [
  'GitRepository',
  'OCIRepository',
  'HelmRepository',
  'HelmChart',
  'Bucket',
  'ExternalArtifact',
  'ArtifactGenerator',
] as const;

/** A source as it stands in a file. */
export interface SourceManifest {
  apiVersion: string;
  kind: (typeof SOURCE_KINDS)[number];
  metadata: {
    name: string;
    namespace: string;
    annotations?: Record<string, string>;
  };
  spec: Record<string, unknown>;
}

/** What a template says of a source. */
export interface SourceInput {
  kind: (typeof SOURCE_KINDS)[number];
  name: string;
  namespace?: string;
  spec: Record<string, unknown>;
  owner?: string;
  component?: string;
}

/**
 * Makes the manifest, of the version that is served.
 *
 * @throws InputError with every field that is wrong
 */
export function readSource(input: SourceInput): {
  manifest: SourceManifest;
  warnings: string[];
} {
  const { kind, name, namespace = 'default' } = input;
  const annotations = {
    ...(input.owner && {
      [GitopsAnnotation.owner]: entityRef('owner', input.owner, 'group'),
    }),
    ...(input.component && {
      [GitopsAnnotation.component]: entityRef(
        'component',
        input.component,
        'component',
      ),
    }),
  };
  const spec = withoutEmpty(input.spec);
  // Before anything else: no other message may show them.
  refuseCredentials(spec);
  const manifest: SourceManifest = {
    // It is one of SOURCE_KINDS, all of which exist.
    apiVersion: kindByName(kind)!.apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec,
  };
  const { errors, warnings } = validate(manifest);
  if (errors.length > 0) {
    throw new InputError(
      `The ${kind} is not valid: ${errors.map(({ message }) => message).join('; ')}`,
    );
  }
  return { manifest, warnings: warnings.map(({ message }) => message) };
}

function entityRef(field: string, ref: string, defaultKind: string): string {
  try {
    return stringifyEntityRef(
      parseEntityRef(ref, { defaultKind, defaultNamespace: 'default' }),
    );
  } catch (error) {
    assertError(error);
    throw new InputError(`Input '${field}': ${error.message}`);
  }
}

/**
 * A form gives an empty object for each group of fields that nobody filled in,
 * such as `secretRef: {}`. No field of a source means anything when it is empty.
 */
function withoutEmpty(spec: Record<string, unknown>): Record<string, unknown> {
  // Inputs of actions are JSON.
  return Object.fromEntries(filled(Object.entries(spec as JsonFields)));
}

type JsonFields = Record<string, JsonValue | undefined>;

function filled(
  entries: [string, JsonValue | undefined][],
): [string, JsonValue][] {
  return entries.flatMap(([name, value]) => {
    const kept = isJsonObject(value)
      ? Object.fromEntries(filled(Object.entries(value)))
      : value;
    const isEmpty =
      kept === undefined ||
      kept === null ||
      (isJsonObject(kept) && Object.keys(kept).length === 0);
    return isEmpty ? [] : [[name, kept] as [string, JsonValue]];
  });
}

/** An address is shown to everybody who may see the object, or the pull request. */
function refuseCredentials(spec: Record<string, unknown>): void {
  for (const field of ['url', 'endpoint']) {
    const address = spec[field];
    const hasCredentials =
      typeof address === 'string' &&
      // With ssh a user alone is usual, and no secret.
      (/^(https?|oci):\/\/[^/]*@/i.test(address) ||
        /^([a-z0-9+.-]+:\/\/)?[^/@:]*:[^/@]*@/i.test(address));
    if (hasCredentials) {
      throw new InputError(
        `spec.${field}: holds a user or a password, for everybody to see; put them into a Secret of the namespace and name it in spec.secretRef`,
      );
    }
  }
}
