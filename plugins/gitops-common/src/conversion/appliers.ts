import { Draft } from './draft';
import { convertPatches } from './patches';
import { convertValuesFile } from './sources';

/** The first versions wrote dependencies as text: `name` or `namespace/name`. */
function convertDependencies(spec: Draft): void {
  const list = spec.get('dependsOn');
  if (!Array.isArray(list) || !list.some(item => typeof item === 'string')) {
    return;
  }
  spec.set(
    'dependsOn',
    list.map(item => {
      if (typeof item !== 'string') return item;
      const [namespace, name] = item.split('/', 2);
      return name === undefined ? { name: namespace } : { namespace, name };
    }),
  );
  spec.moved('dependsOn', 'objects with name and namespace');
}

export function convertKustomization(spec: Draft): void {
  convertDependencies(spec);
  spec.drop(
    'validation',
    'every apply is validated by the API server now; remove it',
  );
  convertServiceAccount(spec);
  convertPatches(spec);
}

/** v1alpha1 named the ServiceAccount in an object, possibly of elsewhere. */
function convertServiceAccount(spec: Draft): void {
  const account = spec.child('serviceAccount');
  if (!account) return;
  account.drop(
    'namespace',
    'the ServiceAccount is looked up in the namespace of the Kustomization; create it there',
  );
  const name = account.get('name');
  spec.take('serviceAccount');
  if (typeof name === 'string' && !spec.has('serviceAccountName')) {
    spec.set('serviceAccountName', name);
    spec.moved('serviceAccount', 'serviceAccountName');
  }
}

export function convertHelmRelease(spec: Draft): void {
  convertDependencies(spec);
  const chart = spec.child('chart')?.child('spec');
  if (chart) convertValuesFile(chart);
  for (const renderer of spec.items('postRenderers')) {
    const kustomize = renderer.child('kustomize');
    if (kustomize) convertPatches(kustomize);
  }
}
