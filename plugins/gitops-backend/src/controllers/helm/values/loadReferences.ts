import {
  GitopsObject,
  HelmRelease,
  ValuesReference,
} from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../../../homes/Home';
import { LoadedReference } from './composeValues';
import { ValuesReferenceError } from './ValuesReferenceError';

type DataObject = GitopsObject & { data?: Record<string, string> };

/**
 * Reads what `spec.valuesFrom` refers to, each object once, in the namespace of the
 * HelmRelease.
 *
 * @throws ValuesReferenceError where one that is needed is not there
 */
export async function loadReferences(options: {
  home: Pick<Home, 'read'>;
  object: HelmRelease;
  signal: AbortSignal;
}): Promise<LoadedReference[]> {
  const { home, object, signal } = options;
  const { namespace = 'default' } = object.metadata;
  const read = new Map<string, Promise<DataObject | undefined>>();
  const loaded: LoadedReference[] = [];
  for (const reference of object.spec.valuesFrom ?? []) {
    const { kind, name } = reference;
    const key = `${kind}/${name}`;
    if (!read.has(key)) {
      const ref = { apiVersion: 'v1', kind, namespace, name };
      read.set(key, home.read<DataObject>(ref, { signal }));
    }
    const found = await read.get(key);
    loaded.push({ reference, text: textOf(reference, found) });
  }
  return loaded;
}

function textOf(
  reference: ValuesReference,
  found: DataObject | undefined,
): string | undefined {
  const { kind, valuesKey = 'values.yaml', optional } = reference;
  const value =
    found?.data && Object.hasOwn(found.data, valuesKey)
      ? found.data[valuesKey]
      : undefined;
  if (value === undefined && !optional) {
    throw new ValuesReferenceError(
      reference,
      found
        ? 'key not found; add it, or mark the reference as optional'
        : `resource not found; create the ${kind}, or mark the reference as optional`,
    );
  }
  return value !== undefined && kind === 'Secret'
    ? Buffer.from(value, 'base64').toString()
    : value;
}
