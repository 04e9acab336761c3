import { versionWithDigest } from './chartVersion';

const HEX = 'abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789';

describe('versionWithDigest', () => {
  it.each([
    ['1.2.3', `1.2.3@sha256:${HEX}`, '1.2.3+abcdef012345', `sha256:${HEX}`],
    // What was there is replaced, and the canonical form is written.
    ['v1.2+x', `1.2@sha256:${HEX}`, '1.2.0+abcdef012345', `sha256:${HEX}`],
    ['1.2.3+b', `1.2.3_b@sha256:${HEX}`, '1.2.3+abcdef012345', `sha256:${HEX}`],
    ['1.2.3', `sha256:${HEX}`, '1.2.3+abcdef012345', `sha256:${HEX}`],
    // A tag that is no version is kept, as Flux does.
    [
      '1.2.3-rc.1',
      `latest@sha256:${HEX}`,
      '1.2.3-rc.1+abcdef012345',
      `latest@sha256:${HEX}`,
    ],
  ])('of %s at %s is %s', (version, revision, expected, digest) => {
    expect(versionWithDigest(version, revision)).toEqual({
      version: expected,
      digest,
    });
  });

  it.each([
    [
      '1.2.3',
      `1.2.4@sha256:${HEX}`,
      /1.2.4 does not match chart version 1.2.3/,
    ],
    ['x', `1.2.4@sha256:${HEX}`, /invalid chart version x/],
    ['1.2.3', '1.2.3@sha256:abc', /invalid artifact revision sha256:abc/],
    ['1.2.3', 'nothing', /invalid artifact revision nothing/],
  ])('refuses %s at %s', (version, revision, message) => {
    expect(() => versionWithDigest(version, revision)).toThrow(message);
  });
});
