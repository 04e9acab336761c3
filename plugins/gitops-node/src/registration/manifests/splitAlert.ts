import {
  isJsonObject,
  JsonObject,
  JsonValue,
} from '@backstage-gitops/kubernetes-yaml';

const ALERT = /^notification\.toolkit\.fluxcd\.io\//;

/**
 * An Alert with several `receiverRefs`, a form of v1beta1 that courses teach, as one
 * Alert for each of them: the first keeps the name, the others have that of their
 * Provider behind it. Anything else is what it is.
 */
export function splitAlert(value: JsonValue): JsonValue[] {
  const names = namesIn(value);
  if (!isJsonObject(value) || names.length < 2) {
    return [value];
  }
  const metadata = value.metadata as JsonObject;
  const spec = value.spec as JsonObject;
  return names.map((name, i) => ({
    ...value,
    metadata: {
      ...metadata,
      name: i === 0 ? metadata.name : `${metadata.name}-${name}`,
    },
    spec: { ...spec, receiverRefs: [{ name }] },
  }));
}

/** Of Providers, each once; none where it is no such Alert. */
function namesIn(value: JsonValue): string[] {
  if (
    !isJsonObject(value) ||
    value.kind !== 'Alert' ||
    typeof value.apiVersion !== 'string' ||
    !ALERT.test(value.apiVersion) ||
    !isJsonObject(value.metadata) ||
    typeof value.metadata.name !== 'string' ||
    !isJsonObject(value.spec) ||
    value.spec.providerRef !== undefined ||
    !Array.isArray(value.spec.receiverRefs)
  ) {
    return [];
  }
  const names = value.spec.receiverRefs.map(ref =>
    isJsonObject(ref) && typeof ref.name === 'string' ? ref.name : undefined,
  );
  // One that is none is left to the validation of the whole.
  return names.every(name => name !== undefined) ? [...new Set(names)] : [];
}
