import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  configMap,
  deployment,
  OWNER,
  service,
} from '../__testUtils__/objects';
import { normalise } from './normalise';

describe('normalise', () => {
  it('sets the protocol where it is a key', () => {
    expect(normalise(service('web')).spec).toMatchObject({
      ports: [{ port: 80, protocol: 'TCP' }],
    });
    expect(normalise(deployment('web')).spec).toMatchObject({
      template: {
        spec: {
          containers: [{ ports: [{ containerPort: 80, protocol: 'TCP' }] }],
        },
      },
    });
  });

  it('leaves out what the server sets', () => {
    const object = deployment('web');
    Object.assign(object.metadata, {
      uid: 'u',
      resourceVersion: '1',
      managedFields: [],
      generation: 3,
      creationTimestamp: null,
    });
    const sent = normalise(object);
    expect(sent.metadata).toEqual({ name: 'web' });
    expect(sent.status).toBeUndefined();
    expect(JSON.stringify(sent)).not.toContain('creationTimestamp');
    expect(object.metadata.uid).toBe('u');
  });

  it('merges stringData over data', () => {
    const secret = (fields: object): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      ...fields,
    });
    const sent = normalise(
      secret({ data: { a: 'MQ==', b: 'Mg==' }, stringData: { b: 'ü', c: 7 } }),
    );
    expect(sent.data).toEqual({ a: 'MQ==', b: 'w7w=', c: 'Nw==' });
    expect(sent.stringData).toBeUndefined();
    expect(normalise(secret({ stringData: {} })).data).toBeUndefined();
    const custom = {
      ...secret({ stringData: { a: 'x' } }),
      apiVersion: 'x.io/v1',
    };
    expect(normalise(custom).stringData).toEqual({ a: 'x' });
  });

  it('sets labels of the owner over all others', () => {
    const object = configMap(
      'a',
      {},
      {
        labels: {
          ...OWNER,
          'kustomize.toolkit.fluxcd.io/name': 'other',
          x: 'y',
        },
      },
    );
    const sent = normalise(object, {
      ownerLabels: OWNER,
      commonMetadata: { labels: { x: 'z' }, annotations: { team: 'a' } },
    });
    expect(sent.metadata.labels).toEqual({ ...OWNER, x: 'z' });
    expect(sent.metadata.annotations).toEqual({ team: 'a' });
  });

  it('drops a placeholder of a CA bundle from a definition', () => {
    const crd = (caBundle: string): KubernetesObject => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'x' },
      spec: { conversion: { webhook: { clientConfig: { caBundle } } } },
    });
    const pem =
      '-----BEGIN CERTIFICATE-----\nQQ==\n-----END CERTIFICATE-----\n';
    const valid = Buffer.from(pem).toString('base64');
    expect(JSON.stringify(normalise(crd('Cg==')))).not.toContain('caBundle');
    expect(JSON.stringify(normalise(crd(valid)))).toContain(valid);
  });

  it('refuses what is still encrypted or has no name', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'n' },
      sops: { mac: 'ENC[x]' },
    };
    expect(() => normalise(secret)).toThrow(
      'Secret/n/s is SOPS encrypted, configuring decryption is required for this secret to be reconciled',
    );
    expect(() => normalise(configMap('', {}))).toThrow(/has no metadata.name/);
  });

  it('takes objects that another thread made', () => {
    const object = Object.assign(Object.create({}), configMap('a', {}));
    expect(normalise(object)).toEqual(configMap('a', {}));
  });

  it('keeps 64-bit integers and odd keys', () => {
    const object = { ...configMap('a', {}), big: 9007199254740993n };
    const odd = JSON.parse('{"__proto__":{"x":1}}');
    const sent = normalise({ ...object, odd });
    expect(sent.big).toBe(9007199254740993n);
    expect(Object.keys(sent.odd as object)).toEqual(['__proto__']);
  });
});
