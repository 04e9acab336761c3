import { GitopsObject } from '@backstage-gitops/plugin-gitops-common';
import { ObjectCache } from './ObjectCache';

const REF = { kind: 'Kustomization', namespace: 'default', name: 'app' };

const version = (resourceVersion: string): GitopsObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: REF.kind,
  metadata: { namespace: REF.namespace, name: REF.name, resourceVersion },
  spec: {},
});

describe('ObjectCache, after a write of this process', () => {
  let cache: ObjectCache;
  const seen = () => cache.getUnlessBehind(REF)?.metadata.resourceVersion;

  beforeEach(() => {
    cache = new ObjectCache();
    cache.set(version('1'), []);
  });

  it('does not give the object before a watch has shown what was written', () => {
    expect(seen()).toBe('1');
    cache.expect(version('3'));
    expect(seen()).toBeUndefined();
    // Somebody else wrote before us.
    cache.set(version('2'), []);
    expect(seen()).toBeUndefined();
    cache.set(version('3'), []);
    expect(seen()).toBe('3');
    expect(cache.get(REF)?.metadata.resourceVersion).toBe('3');
  });

  it('gives it where the watch was faster than the answer', () => {
    cache.set(version('2'), []);
    cache.set(version('3'), []);
    cache.expect(version('2'));
    expect(seen()).toBe('3');
  });

  it('waits for the last of several writes', () => {
    cache.expect(version('2'));
    cache.expect(version('3'));
    cache.set(version('2'), []);
    expect(seen()).toBeUndefined();
    cache.set(version('3'), []);
    expect(seen()).toBe('3');
  });

  it('expects nothing of an object that is gone', () => {
    cache.expect(version('2'));
    cache.delete(REF);
    cache.expect(version('3'));
    cache.set(version('9'), []);
    expect(seen()).toBe('9');
  });
});
