import { isGitAddress, isRemote } from './remoteAddress';

describe('isGitAddress', () => {
  it.each([
    'https://github.com/org/repo',
    'https://example.com/org/repo/deploy?ref=v1',
    'https://example.com/repo.git',
    'https://dev.azure.com/org/project/_git/repo/deploy',
    'ssh://git@example.com/org/repo//deploy',
    'git@example.com:org/repo.git',
    'GitHub.com/org/repo',
    'git::https://example.com/org/repo',
    'file:///srv/repo',
  ])('knows %s', address => {
    expect(isGitAddress(address)).toBe(true);
  });

  it.each([
    '../base',
    'repo.git',
    'github.com',
    'github.com/org',
    'gitlab.com/org/repo',
    'https://example.com/file.yaml',
    '/srv/repo.git',
    'a@b',
  ])('leaves %s to the file system', address => {
    expect(isGitAddress(address)).toBe(false);
  });

  it('is not asked about files at URLs, which are remote all the same', () => {
    expect(isRemote('https://example.com/file.yaml')).toBe(true);
    expect(isRemote('base')).toBe(false);
  });
});
