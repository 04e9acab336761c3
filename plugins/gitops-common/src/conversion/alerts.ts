import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import { Draft } from './draft';

/**
 * A form of v1beta1 that courses teach and no Flux served: `receiverRefs` in place of
 * `providerRef`. Files with several are read as one Alert each before this.
 */
export function convertAlert(spec: Draft): void {
  const refs = spec.get('receiverRefs');
  if (!Array.isArray(refs) || refs.length !== 1 || spec.has('providerRef')) {
    return;
  }
  const [ref] = refs;
  if (isJsonObject(ref) && typeof ref.name === 'string') {
    spec.set('providerRef', { name: ref.name });
    spec.moved('receiverRefs', 'spec.providerRef');
    spec.take('receiverRefs');
  }
}
