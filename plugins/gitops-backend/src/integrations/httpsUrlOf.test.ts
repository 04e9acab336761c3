import { httpsUrlOf } from './httpsUrlOf';

describe('httpsUrlOf', () => {
  it.each([
    ['https://git.test/a/b.git', 'https://git.test/a/b.git'],
    ['http://git.test:8080/a/b', 'https://git.test/a/b'],
    ['ssh://git@git.test/a/b.git', 'https://git.test/a/b.git'],
    ['ssh://git@git.test:22/a/../b/c', 'https://git.test/b/c'],
    ['git@git.test:a/b.git', 'https://git.test/a/b.git'],
    ['git.test:a/b.git', 'https://git.test/a/b.git'],
    ['git@GIT.test:/a/b.git', 'https://git.test/a/b.git'],
    // The port is that of the integration, not that of ssh.
    ['ssh://git@ported.test:2222/a/b', 'https://ported.test:3000/a/b'],
    ['git@ported.test:a/b', 'https://ported.test:3000/a/b'],
    // Which of two is meant cannot be told.
    ['git@two.test:a/b', 'https://two.test/a/b'],
    ['ssh://git@ssh.github.com:443/a/b.git', 'https://github.com/a/b.git'],
    ['git@altssh.gitlab.com:a/b', 'https://gitlab.com/a/b'],
    [
      'git@ssh.dev.azure.com:v3/org/My%20Project/game',
      'https://dev.azure.com/org/My%20Project/_git/game',
    ],
  ])('is, for %s, %s', (address, expected) => {
    const hosts = ['git.test', 'ported.test:3000', 'two.test:1', 'two.test:2'];
    expect(httpsUrlOf(address, hosts)?.href).toBe(expected);
  });

  it.each(['file:///a/b', '/a/b', 'a', '', 'git://git.test/a/b'])(
    'is none for %j',
    address => {
      expect(httpsUrlOf(address, ['git.test'])).toBeUndefined();
    },
  );
});
