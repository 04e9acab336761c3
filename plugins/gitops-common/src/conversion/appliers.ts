import { Draft } from './draft';
import { convertPatches } from './patches';
import { convertValuesFile } from './sources';

export function convertKustomization(spec: Draft): void {
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
  const chart = spec.child('chart')?.child('spec');
  if (chart) convertValuesFile(chart);
  for (const renderer of spec.items('postRenderers')) {
    const kustomize = renderer.child('kustomize');
    if (kustomize) convertPatches(kustomize);
  }
}
