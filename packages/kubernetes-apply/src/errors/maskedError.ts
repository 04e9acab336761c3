import {
  isJsonObject,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import { isSecret } from '../object/metadata';
import { maskSecretValues } from '../object/maskSecret';
import { apiErrorOf, KubernetesApiError } from './KubernetesApiError';

/**
 * The same error without the values of the Secret that was written: the
 * server's message may quote what it was sent.
 */
export function maskedError(
  error: unknown,
  written: { apiVersion: string; kind: string; body: unknown },
): unknown {
  const { apiVersion, kind, body } = written;
  if (
    !(error instanceof KubernetesApiError) ||
    !isSecret({ apiVersion, kind })
  ) {
    return error;
  }
  const secret: KubernetesObject = {
    ...(isJsonObject(body) ? body : { data: patchedValues(body) }),
    apiVersion,
    kind,
    metadata: { name: '' },
  };
  const mask = (text: string | undefined) =>
    text === undefined ? undefined : maskSecretValues(text, secret);
  const { details } = error;
  return apiErrorOf({
    status: error.status,
    where: error.where,
    server: error.server,
    reason: error.reason,
    retryAfterMs: error.retryAfterMs,
    apiMessage: mask(error.apiMessage),
    details: details && {
      ...details,
      causes: details.causes?.map(cause => ({
        ...cause,
        message: mask(cause.message),
      })),
    },
  });
}

/** The values of a JSON patch, as those of a Secret. */
function patchedValues(patch: unknown): Record<string, string> {
  const values: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') values.push(value);
    else if (Array.isArray(value)) value.forEach(collect);
    else if (isJsonObject(value)) Object.values(value).forEach(collect);
  };
  for (const operation of Array.isArray(patch) ? patch : []) {
    if (isJsonObject(operation)) collect(operation.value);
  }
  return Object.fromEntries(values.map((value, i) => [String(i), value]));
}
