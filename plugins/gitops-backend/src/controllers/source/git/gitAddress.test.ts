import { gitAddressProblem } from './gitAddress';

describe('gitAddressProblem', () => {
  it.each([
    'https://git.test/a.git',
    'http://git.test:8080/a',
    'ssh://git@git.test/a.git',
    'ssh://git.test:2222/~ada/a.git',
  ])('takes %s', url => {
    expect(gitAddressProblem(url)).toBeUndefined();
  });

  it.each([
    ['git@git.test:team/a.git', 'is no URL'],
    ['ftp://git.test/a', 'begins with ftp://'],
    ['ssh://git:canary@git.test/a', 'holds a password'],
    ['ssh://-oProxyCommand=canary/a', 'the host of the ssh address'],
    ['ssh://git@git.test/a%0acanary', 'control characters'],
  ])('refuses %s without quoting it', (url, message) => {
    const found = gitAddressProblem(url);
    expect(found).toContain(message);
    expect(found).not.toContain('canary');
  });
});
