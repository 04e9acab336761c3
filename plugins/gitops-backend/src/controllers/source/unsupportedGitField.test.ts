import { GitRepositorySpec } from '@backstage-gitops/plugin-gitops-common';
import { unsupportedGitField } from './unsupportedGitField';

const check = (spec: Partial<GitRepositorySpec>) =>
  unsupportedGitField({ url: 'https://git.test/a', interval: '1m', ...spec });

describe('unsupportedGitField', () => {
  it.each([
    'https://git.test/a.git',
    'http://git.test:8080/a',
    'ssh://git@git.test/a.git',
    'ssh://git.test:2222/~ada/a.git',
  ])('takes %s', url => {
    expect(check({ url })).toBeUndefined();
  });

  it.each([
    ['git@git.test:team/a.git', 'is no URL'],
    ['ftp://git.test/a', 'begins with ftp://'],
    ['ssh://git:canary@git.test/a', 'holds a password'],
    ['ssh://-oProxyCommand=canary/a', 'the host of the ssh address'],
    ['ssh://git@git.test/a%0acanary', 'control characters'],
  ])('refuses %s without quoting it', (url, message) => {
    const found = check({ url });
    expect(found).toMatchObject({
      reason: 'URLInvalid',
      message: expect.stringContaining(message),
    });
    expect(found?.message).not.toContain('canary');
  });

  it('names a field that is not supported', () => {
    expect(check({ recurseSubmodules: true })).toMatchObject({
      reason: 'FeatureGateDisabled',
      message: expect.stringContaining('spec.recurseSubmodules'),
    });
  });
});
