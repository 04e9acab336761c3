import { ConfigReader } from '@backstage/config';
import { JsonValue } from '@backstage/types';
import { isPublished, readPublishConfig } from './readPublishConfig';

const read = (publish?: JsonValue) =>
  readPublishConfig(
    new ConfigReader({
      gitops: {
        homes: [{ name: 'production' }, { name: 'edge' }],
        catalog: { ...(publish !== undefined && { publish }) },
      },
    }),
  );

describe('readPublishConfig', () => {
  it('publishes what somebody made, from all homes, unless told otherwise', () => {
    for (const config of [read(), read(true), read({})]) {
      expect(isPublished(config, 'edge', 'HelmRelease')).toBe(true);
      expect(isPublished(config, 'edge', 'HelmChart')).toBe(false);
    }
    expect(isPublished(read(false), 'edge', 'HelmRelease')).toBe(false);
  });

  it('publishes what is chosen', () => {
    const config = read({ homes: ['edge'], kinds: ['HelmChart'] });
    expect(isPublished(config, 'edge', 'HelmChart')).toBe(true);
    expect(isPublished(config, 'edge', 'HelmRelease')).toBe(false);
    expect(isPublished(config, 'production', 'HelmChart')).toBe(false);
  });

  it.each([
    [{ homes: ['nowhere'] }, "publish.homes has 'nowhere'"],
    [{ kinds: ['Deployment'] }, "publish.kinds has 'Deployment'"],
  ])('refuses %j', (publish, message) => {
    expect(() => read(publish)).toThrow(message);
  });
});
