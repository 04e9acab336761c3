import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../../../homes/Home';
import { Variables } from './expandTemplate';
import { SubstitutionError } from './SubstitutionError';

/**
 * The variables of a Kustomization: those of ConfigMaps and Secrets of its
 * namespace in order, then its own (Flux 2.9). Line breaks are no part of a value.
 *
 * @throws SubstitutionError where one that is needed is not there
 */
export async function loadVariables(options: {
  home: Home;
  object: Kustomization;
  signal: AbortSignal;
}): Promise<Variables> {
  const { home, object, signal } = options;
  const { namespace = 'default' } = object.metadata;
  const { substitute, substituteFrom = [] } = object.spec.postBuild ?? {};
  const variables = new Map<string, string>();
  const found = await Promise.all(
    substituteFrom.map(
      ({ kind, name }) =>
        home.read(
          { apiVersion: 'v1', kind, namespace, name },
          { signal },
        ) as Promise<KubernetesObject | undefined>,
    ),
  );
  substituteFrom.forEach(({ kind, name, optional }, i) => {
    const values = found[i];
    if (!values && !optional) {
      throw new SubstitutionError(
        `substitute from '${kind}/${name}' error: it is not in namespace ${namespace}; create it, or mark it as optional`,
      );
    }
    for (const [key, value] of Object.entries(values?.data ?? {})) {
      const text = String(value);
      set(
        variables,
        key,
        kind === 'Secret' ? Buffer.from(text, 'base64').toString() : text,
      );
    }
  });
  for (const [key, value] of Object.entries(substitute ?? {})) {
    set(variables, key, value);
  }
  return variables;
}

function set(variables: Map<string, string>, key: string, value: string): void {
  variables.set(key, value.replaceAll('\n', ''));
}
