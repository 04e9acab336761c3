// Server: none.
import {
  describeSshAddress,
  parseSshAddress,
  SshAddressError,
  serviceCommand,
} from './sshAddress';

describe('parseSshAddress', () => {
  it.each([
    ['ssh://git.test/a/b.git', 'git', 'git.test', 22, '/a/b.git'],
    ['ssh://ada@Git.Test:2222/a', 'ada', 'git.test', 2222, '/a'],
    ['SSH://git@git.test/a', 'git', 'git.test', 22, '/a'],
    ['ssh://git@[2001:db8::1]:99/a', 'git', '2001:db8::1', 99, '/a'],
    ['ssh://git.test/~ada/a%20b', 'git', 'git.test', 22, '~ada/a b'],
    ['ssh://AKIA123@git.test/%3Fa', 'AKIA123', 'git.test', 22, '/?a'],
    ['git@git.test:team/a.git', 'git', 'git.test', 22, 'team/a.git'],
    ['git.test:/a', 'git', 'git.test', 22, '/a'],
    ['ada@[::1]:~/a', 'ada', '::1', 22, '~/a'],
  ])('reads %s', (text, user, host, port, path) => {
    expect(parseSshAddress(text)).toEqual({ user, host, port, path });
  });

  it.each([
    ['ssh://-oProxyCommand=touch%20x/a', 'no host name'],
    ['ssh://-oProxyCommand=x@git.test/a', 'no plain account name'],
    ['ssh://git@git.test;id/a', 'no host name'],
    ['ssh://git@g%0ait.test/a', 'no host name'],
    ['ssh://git@münchen.test/a', 'no host name'],
    ['ssh://g%0ait@git.test/a', 'no plain account name'],
    ['ssh://git:canary@git.test/a', 'holds a password'],
    ['ssh://git@git.test/a%0atouch', 'control characters'],
    ['ssh://git@git.test/a%00', 'control characters'],
    ['ssh://git@git.test/a%C2%85', 'control characters'],
    ['ssh://git@git.test/a%zz', "'%' that begins no"],
    ['ssh://git@git.test/a?x=canary', "'?' or '#'"],
    ['ssh://git@git.test/a#canary', "'?' or '#'"],
    ['ssh://git@git.test', 'no path'],
    ['ssh://git@git.test/', 'no path'],
    ['ssh://git@git.test:70000/a', 'is no URL'],
    ['ssh:///a', 'no host name'],
    [`ssh://git@git.test/${'a'.repeat(5_000)}`, 'longer than 4096 bytes'],
    ['git@git.test:--upload-pack=x', "begins with '-'"],
    ['-oProxyCommand=x:a', 'no host name'],
    ['git@git.test', 'must look like'],
    ['https://git.test/a', 'must look like'],
  ])('refuses %j', (text, message) => {
    expect(() => parseSshAddress(text)).toThrow(SshAddressError);
    expect(() => parseSshAddress(text)).toThrow(message);
    expect(() => parseSshAddress(text)).not.toThrow('canary');
  });
});

describe('serviceCommand', () => {
  it('quotes as git does', () => {
    const address = parseSshAddress("ssh://git.test/it's/$(id)!");
    expect(serviceCommand(address)).toBe(
      "git-upload-pack '/it'\\''s/$(id)'\\!''",
    );
  });
});

describe('describeSshAddress', () => {
  it('leaves the user out', () => {
    const describe = (text: string) =>
      describeSshAddress(parseSshAddress(text));
    expect(describe('ssh://ada@git.test/a')).toBe('ssh://git.test/a');
    expect(describe('ssh://ada@[::1]:99/~/a')).toBe('ssh://[::1]:99/~/a');
  });
});
