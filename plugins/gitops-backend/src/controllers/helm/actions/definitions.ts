import { processDependencies } from '@backstage-gitops/helm';
import {
  applyCrds,
  CrdPolicy,
  ReleaseContext,
} from '@backstage-gitops/helm/actions';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { ownerLabels } from '../chart/chartTemplate';
import { ReleaseRequest } from '../loop/ReleaseRequest';

/**
 * Brings the definitions of a chart to the cluster before its templates are rendered,
 * with labels that say whose they are; what else lies in `crds/` is left out
 * (Flux 2.9).
 */
export async function applyDefinitions(
  request: ReleaseRequest,
  context: ReleaseContext,
  options: { policy: CrdPolicy; serverSide: boolean },
): Promise<void> {
  const { run, chart, values, renderer, target, signal } = request;
  const { policy, serverSide } = options;
  if (policy === 'Skip') {
    return;
  }
  const loaded = await renderer.chartOf(chart, signal);
  const { crds } = processDependencies(loaded, values);
  if (crds.length === 0) {
    return;
  }
  const labels = ownerLabels(run.object);
  const written = await applyCrds(context, {
    ...{ crds, policy, serverSide, namespace: target.namespace },
    forceConflicts: serverSide,
    transform: object =>
      isDefinition(object) ? withLabels(object, labels) : undefined,
  });
  if (written.length > 0) {
    renderer.forgetCapabilities(run);
  }
}

function isDefinition({ apiVersion, kind }: KubernetesObject): boolean {
  return (
    kind === 'CustomResourceDefinition' &&
    apiVersion.startsWith('apiextensions.k8s.io/')
  );
}

function withLabels(
  object: KubernetesObject,
  labels: Record<string, string>,
): KubernetesObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: { ...metadata, labels: { ...metadata.labels, ...labels } },
  };
}
