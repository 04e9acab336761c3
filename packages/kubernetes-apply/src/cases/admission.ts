import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { ApplyError } from '../apply/ApplyError';
import { pause, systemClock } from '../client/Clock';
import { refOf } from '../object/metadata';
import { configMap } from '../__testUtils__/objects';
import type { CaseContext, CaseGroup, ClusterCase } from './ClusterCase';

/** How long an API server may take to heed a new rule. */
const HEEDED_WITHIN_MS = 30_000;

/**
 * Applies one ConfigMap after the other until one is refused: API servers take
 * rules up a moment after they are made, and tell nobody.
 */
async function untilRefused({ apply }: CaseContext): Promise<ApplyError> {
  const deadline = Date.now() + HEEDED_WITHIN_MS;
  for (let count = 0; Date.now() < deadline; count++) {
    try {
      await apply([configMap(`item-${count}`, { count: String(count) })]);
    } catch (error) {
      if (error instanceof ApplyError) return error;
      throw error;
    }
    await pause(systemClock, 100);
  }
  throw new Error('it was never refused');
}

/** Makes an object that lies outside of the namespace, for as long as needed. */
async function withRule(
  { client, cleanUp }: CaseContext,
  object: KubernetesObject,
): Promise<void> {
  await client.create(object);
  cleanUp(() => client.delete(refOf(object)));
}

const inNamespace = (ns: string) => ({
  matchLabels: { 'kubernetes.io/metadata.name': ns },
});
const configMaps = {
  apiGroups: [''],
  apiVersions: ['v1'],
  resources: ['configmaps'],
};

function codeOf(error: ApplyError): unknown {
  return (error.failures[0].cause as { code?: string }).code;
}

const cases: ClusterCase[] = [
  {
    name: 'says that a quota is used up',
    pins: 'Kubernetes 1.34, ResourceQuota: 403 "exceeded quota"',
    run: async context => {
      const { client, inNs, anonymous } = context;
      const hard = { 'count/configmaps': '0' };
      const quota = inNs({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'none' },
        spec: { hard },
      });
      await client.create(quota);
      // What the quota's controller would find, where one runs.
      await client.patch(refOf(quota), {
        type: 'merge',
        subresource: 'status',
        body: { status: { hard, used: hard } },
      });
      const error = await untilRefused(context);
      expect(codeOf(error)).toBe('quota-exceeded');
      expect(error.hint).toMatch(/ResourceQuota/);
      expect(anonymous(error.message)).toMatch(
        /^ConfigMap\/NS\/item-\d+ apply failed \(Forbidden\): .*exceeded quota: none/,
      );
    },
  },
  {
    name: 'says that a policy of the cluster refused',
    pins: 'Kubernetes 1.34, ValidatingAdmissionPolicy: "denied request"',
    run: async context => {
      const { ns } = context;
      const apiVersion = 'admissionregistration.k8s.io/v1';
      await withRule(context, {
        apiVersion,
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: `${ns}.example.com` },
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: {
            namespaceSelector: inNamespace(ns),
            resourceRules: [
              { ...configMaps, operations: ['CREATE', 'UPDATE'] },
            ],
          },
          validations: [{ expression: 'false', message: 'not on a Sunday' }],
        },
      });
      await withRule(context, {
        apiVersion,
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name: `${ns}.example.com` },
        spec: {
          policyName: `${ns}.example.com`,
          validationActions: ['Deny'],
        },
      });
      const error = await untilRefused(context);
      expect(codeOf(error)).toBe('admission-denied');
      expect(error.message).toContain('denied request: not on a Sunday');
    },
  },
  {
    name: 'says that a webhook did not answer in time',
    pins: 'Kubernetes 1.34, admission webhooks: 500 "failed calling webhook"',
    run: async context => {
      const { ns, cleanUp } = context;
      const sockets = new Set<Socket>();
      // It accepts connections and says nothing.
      const silent = createServer(socket => {
        sockets.add(socket);
        socket.on('error', () => undefined);
      });
      silent.listen(0, '127.0.0.1');
      await once(silent, 'listening');
      cleanUp(async () => {
        for (const socket of sockets) socket.destroy();
        silent.close();
        await once(silent, 'close');
      });
      const { port } = silent.address() as AddressInfo;
      await withRule(context, {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name: `${ns}.example.com` },
        webhooks: [
          {
            name: 'silent.example.com',
            admissionReviewVersions: ['v1'],
            sideEffects: 'None',
            failurePolicy: 'Fail',
            timeoutSeconds: 1,
            namespaceSelector: inNamespace(ns),
            rules: [{ ...configMaps, operations: ['CREATE', 'UPDATE'] }],
            clientConfig: { url: `https://127.0.0.1:${port}/` },
          },
        ],
      });
      const error = await untilRefused(context);
      expect(codeOf(error)).toBe('webhook-failed');
      expect(error.message).toMatch(
        /failed calling webhook "silent\.example\.com"/,
      );
    },
  },
];

export const admissionCases: CaseGroup = { name: 'admission', cases };
