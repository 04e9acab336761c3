import {
  convert,
  FieldError,
  GitopsAnnotation,
  GitopsObject,
  KubernetesObject,
  ObjectWarning,
  validate,
} from '@backstage-gitops/plugin-gitops-common';
import { JsonObject } from '@backstage-gitops/kubernetes-yaml';
import { assertError } from '@backstage/errors';
import { DeliveryError } from './DeliveryError';
import { RegisteredManifest } from './Registration';
import { showLocation } from './showLocation';

/** Annotations that say what somebody decided in the portal or who delivered. */
const RESERVED: readonly string[] = [
  GitopsAnnotation.registration,
  GitopsAnnotation.approval,
  GitopsAnnotation.actor,
  GitopsAnnotation.approvedPlan,
  GitopsAnnotation.approvedPrune,
];
const DROPPED: ReadonlySet<string> = new Set([
  ...RESERVED,
  'kubectl.kubernetes.io/last-applied-configuration',
]);

/** An object as its home is to hold it, and what was found on the way. */
export interface HomeObject {
  object: GitopsObject;
  warnings: ObjectWarning[];
}

/**
 * Makes of a manifest the object to apply: of the served version, with nothing
 * but what a manifest may say.
 *
 * @throws {@link DeliveryError} with the fields that are wrong
 */
export function readManifest(
  document: JsonObject,
  from: ObjectWarning['from'],
): HomeObject {
  let converted;
  try {
    // Whatever it is, validation says what is wrong with it.
    converted = convert(document as unknown as KubernetesObject);
  } catch (error) {
    assertError(error);
    throw new DeliveryError({
      state: 'Rejected',
      code: 'InvalidManifest',
      message: error.message,
    });
  }
  const { errors, warnings } = validate(converted.object);
  const all = [...converted.warnings, ...warnings].map(
    ({ path, code, message }): ObjectWarning => ({
      path,
      code,
      message,
      severity: 'warning',
      from,
    }),
  );
  if (errors.length > 0) {
    throw new DeliveryError({
      state: 'Rejected',
      code: 'InvalidManifest',
      message: `the manifest is not valid: ${errors
        .map(({ message }) => message)
        .join('; ')}`,
      warnings: [...errors.map(error => presentError(error, from)), ...all],
    });
  }
  const { apiVersion, kind, metadata, spec } = converted.object;
  const { namespace = 'default', name, labels, annotations = {} } = metadata;
  const dropped = RESERVED.filter(key => Object.hasOwn(annotations, key));
  return {
    object: {
      apiVersion,
      kind,
      metadata: {
        name,
        namespace,
        ...(labels && { labels }),
        annotations: Object.fromEntries(
          Object.entries(annotations).filter(([key]) => !DROPPED.has(key)),
        ),
      },
      spec,
    },
    warnings: [
      ...all,
      ...dropped.map((key): ObjectWarning => ({
        path: `metadata.annotations[${JSON.stringify(key)}]`,
        code: 'reservedAnnotation',
        message: `the annotation ${key} is set by the portal alone; that of the manifest is ignored`,
        severity: 'warning',
        from,
      })),
    ],
  };
}

/**
 * As {@link readManifest}, of a registered manifest: with the annotation that
 * names its registration.
 *
 * @throws {@link DeliveryError} with the fields that are wrong
 */
export function toHomeObject(
  document: JsonObject,
  registered: RegisteredManifest,
): HomeObject {
  const found = registered.findings.map(
    ({ code, message, severity }): ObjectWarning => ({
      code,
      message,
      severity,
      from: 'catalog',
    }),
  );
  const { object, warnings } = withFindings(found, () =>
    readManifest(document, 'catalog'),
  );
  const { kind, metadata } = object;
  const { namespace, name } = metadata;
  if (
    kind !== registered.kind ||
    namespace !== registered.namespace ||
    name !== registered.name
  ) {
    throw new DeliveryError({
      state: 'ManifestStale',
      code: 'ManifestChanged',
      message: `the catalog has the manifest as ${registered.kind} ${registered.namespace}/${registered.name}, and it is ${kind} ${namespace}/${name}; refresh its location in the catalog`,
    });
  }
  return {
    object: {
      ...object,
      metadata: {
        ...metadata,
        annotations: {
          ...metadata.annotations,
          [GitopsAnnotation.registration]: `${showLocation(registered.location)}#${registered.document}`,
        },
      },
    },
    warnings: [...warnings, ...found],
  };
}

/** What was found in the file holds for a manifest that is refused as well. */
function withFindings(
  found: ObjectWarning[],
  read: () => HomeObject,
): HomeObject {
  try {
    return read();
  } catch (error) {
    if (error instanceof DeliveryError) {
      error.warnings.push(...found);
    }
    throw error;
  }
}

function presentError(
  { path, code, message }: FieldError,
  from: ObjectWarning['from'],
): ObjectWarning {
  return { path, code, message, severity: 'error', from };
}
