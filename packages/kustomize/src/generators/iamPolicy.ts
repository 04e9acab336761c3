import { KustomizeError } from '../KustomizeError';
import { FieldReader } from '../kustomization/FieldReader';
import { Resource } from '../resources/Resource';
import { readResources } from '../resources/readResources';

/**
 * The generator IAMPolicyGenerator: a ServiceAccount that Google's workload
 * identity binds to a service account of the cloud.
 *
 * @throws KustomizeError `invalid-kustomization` for other clouds than `gke`
 */
export function generateIamPolicy(fields: FieldReader): Resource[] {
  const cloud = fields.string('cloud');
  if (cloud !== 'gke') {
    throw new KustomizeError({
      code: 'invalid-kustomization',
      problem: `the cloud "${cloud}" is not supported (gke is)`,
      field: 'cloud',
    });
  }
  const service = fields.object('kubernetesService', inner => ({
    name: inner.string('name'),
    namespace: inner.string('namespace'),
  }));
  const account = fields.object('serviceAccount', inner => ({
    name: inner.string('name'),
    projectId: inner.string('projectId'),
  }));
  // kustomize pastes the values into YAML, which decides on their types.
  const lines = [
    'apiVersion: v1',
    'kind: ServiceAccount',
    'metadata:',
    '  annotations:',
    `    iam.gke.io/gcp-service-account: ${account?.name ?? ''}@${
      account?.projectId ?? ''
    }.iam.gserviceaccount.com`,
    `  name: ${service?.name ?? ''}`,
  ];
  if (service?.namespace) {
    lines.push(`  namespace: ${service.namespace}`);
  }
  return readResources(`${lines.join('\n')}\n`);
}
