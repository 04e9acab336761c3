import { ConfigReader } from '@backstage/config';
import { readRegistryMirrors } from './readRegistryMirrors';

describe('readRegistryMirrors', () => {
  const read = (...mirrors: { registry: string; url: string }[]) =>
    readRegistryMirrors(new ConfigReader({ registries: { mirrors } }));

  it('reads them in order', () => {
    const mirrors = [
      { registry: 'docker.io', url: 'https://mirror.test/hub' },
      { registry: 'ghcr.io:443', url: 'http://mirror.test:5000' },
    ];
    expect(read(...mirrors)).toEqual(mirrors);
    expect(readRegistryMirrors(undefined)).toEqual([]);
  });

  it.each([
    [{ registry: 'https://docker.io', url: 'https://a.test' }, '[0].registry'],
    [{ registry: 'docker.io', url: 'mirror.test' }, '[0].url'],
    [{ registry: 'docker.io', url: 'ftp://a.test' }, '[0].url'],
    [{ registry: 'docker.io', url: 'https://u:p@a.test' }, '[0].url'],
    [{ registry: 'docker.io', url: 'https://a.test?x=1' }, '[0].url'],
  ])('refuses %j', (mirror, key) => {
    expect(() => read(mirror)).toThrow(`gitops.registries.mirrors${key}`);
  });
});
