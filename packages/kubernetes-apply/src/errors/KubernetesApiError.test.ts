import { apiErrorOf } from './KubernetesApiError';

const error = (status: number, apiMessage: string, reason?: string) =>
  apiErrorOf({
    status,
    where: 'apply ConfigMap/team/settings',
    server: 'https://cluster.example',
    apiMessage,
    reason,
    details:
      reason === 'NamespaceTerminating' ? { causes: [{ reason }] } : undefined,
  });

describe('KubernetesApiError', () => {
  it.each([
    [403, 'User "a" cannot patch resource "configmaps"', 'forbidden'],
    [413, 'limit is 3145728', 'too-large'],
    [429, 'too many requests', 'too-many-requests'],
    [504, 'request did not complete', 'timeout'],
    [599, 'odd', 'server-error'],
    [418, 'teapot', 'unexpected-response'],
    [
      403,
      'pods "a" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
      'quota-exceeded',
    ],
    [
      403,
      'configmaps "a" is forbidden: unable to create new content in namespace b because it is being terminated',
      'namespace-terminating',
    ],
    [
      400,
      'admission webhook "a.example.com" denied the request: no',
      'admission-denied',
    ],
    [
      422,
      `configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no`,
      'admission-denied',
    ],
    [
      403,
      'pods "a" is forbidden: violates PodSecurity "restricted:latest": privileged',
      'admission-denied',
    ],
    [
      500,
      'Internal error occurred: failed calling webhook "a.example.com": context deadline exceeded',
      'webhook-failed',
    ],
  ])('tells %d %s as %s', (status, message, code) => {
    expect(error(status, message).code).toBe(code);
  });

  it('has a hint for what is no matter of permissions', () => {
    const terminating = error(403, 'no', 'NamespaceTerminating');
    expect(terminating.code).toBe('namespace-terminating');
    expect(terminating.hint).not.toMatch(/permission/);
    expect(error(403, 'no').hint).toMatch(/permission/);
  });
});
