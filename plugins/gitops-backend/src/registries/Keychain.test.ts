import { DockerAuth, DockerConfigKeychain } from './Keychain';
import { readDockerConfig } from './readDockerConfig';
import { parseRepository } from './reference';

const as = (username: string) => ({ username, password: 'p' });

describe('DockerConfigKeychain', () => {
  const who = async (entries: readonly string[], image: string) => {
    const auths: DockerAuth[] = entries.map(address => ({
      address,
      credential: as(address),
    }));
    const found = await new DockerConfigKeychain(auths).resolve(
      parseRepository(image),
    );
    return found && 'username' in found ? found.username : undefined;
  };

  it.each([
    [['ghcr.io'], 'ghcr.io/team/app', 'ghcr.io'],
    [['https://ghcr.io'], 'ghcr.io/team/app', 'https://ghcr.io'],
    [['ghcr.io/'], 'ghcr.io/team/app', 'ghcr.io/'],
    [['ghcr.io', 'ghcr.io/team'], 'ghcr.io/team/app', 'ghcr.io/team'],
    [['ghcr.io/team', 'ghcr.io'], 'ghcr.io/other/app', 'ghcr.io'],
    [['ghcr.io/team/app'], 'ghcr.io/team/app', 'ghcr.io/team/app'],
    // The path is how it begins, not a folder.
    [['ghcr.io/team'], 'ghcr.io/team-2/app', 'ghcr.io/team'],
    [['https://index.docker.io/v1/'], 'alpine', 'https://index.docker.io/v1/'],
    [['docker.io'], 'team/app', 'docker.io'],
    [
      ['https://index.docker.io/v1/team'],
      'team/app',
      'https://index.docker.io/v1/team',
    ],
    [['*.azurecr.io'], 'team.azurecr.io/app', '*.azurecr.io'],
    [['*.azurecr.io'], 'a.b.azurecr.io/app', undefined],
    [['*.io'], 'evil.azurecr.io/app', undefined],
    [['*'], 'localhost/app', '*'],
    [['registry.test:5000'], 'registry.test:5000/app', 'registry.test:5000'],
    [['registry.test'], 'registry.test:5000/app', undefined],
    [['registry.test:5000'], 'registry.test/app', undefined],
    [['ghcr.io'], 'ghcr.io.evil.test/app', undefined],
    [['[bad'], 'ghcr.io/app', undefined],
    [['ghcr.io?x=1', 'user@ghcr.io'], 'ghcr.io/app', undefined],
    [[], 'ghcr.io/app', undefined],
  ])('of %j takes for %s %s', async (entries, image, expected) => {
    expect(await who(entries, image)).toBe(expected);
  });

  it('takes the first of equal entries', async () => {
    const keychain = new DockerConfigKeychain([
      { address: 'https://ghcr.io', credential: as('first') },
      { address: 'ghcr.io', credential: as('second') },
    ]);
    expect(await keychain.resolve(parseRepository('ghcr.io/a'))).toEqual(
      as('first'),
    );
  });
});

describe('readDockerConfig', () => {
  const read = (auths: object) =>
    readDockerConfig(
      { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })) },
      "secret 'a/b'",
    );
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  it.each([
    [
      { username: 'u', password: 'p' },
      { username: 'u', password: 'p' },
    ],
    [{ auth: base64('u:p:q') }, { username: 'u', password: 'p:q' }],
    [
      { auth: base64('u:p\0'), username: 'other' },
      { username: 'u', password: 'p' },
    ],
    [{ auth: base64('<token>:'), identitytoken: 't' }, { identityToken: 't' }],
    [{ registrytoken: 't', identitytoken: 'i' }, { registryToken: 't' }],
    [{}, undefined],
    [null, undefined],
    [{ username: '' }, undefined],
  ])('reads %j', (entry, credential) => {
    expect(read({ 'ghcr.io': entry })).toEqual([
      { address: 'ghcr.io', credential },
    ]);
  });

  it('reads the older format', () => {
    const cfg = Buffer.from(JSON.stringify({ 'ghcr.io': { auth: 'dTpw' } }));
    expect(readDockerConfig({ '.dockercfg': cfg }, '')).toEqual([
      { address: 'ghcr.io', credential: { username: 'u', password: 'p' } },
    ]);
  });

  it.each([
    [{}, "it has no key '.dockerconfigjson'"],
    [{ '.dockerconfigjson': '{"auths": hunter2' }, 'it is no JSON'],
    [{ '.dockerconfigjson': '[]' }, "it has no 'auths'"],
    [{ '.dockerconfigjson': '{"auths":[]}' }, "it has no 'auths'"],
    [
      { '.dockerconfigjson': '{"auths":{"ghcr.io":{"auth":"hunter2"}}}' },
      "'auth' of 'ghcr.io' is not the base64 of user:password",
    ],
  ])(
    'says what is wrong with %j, and nothing of what is in it',
    (data, problem) => {
      const buffers = Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]),
      );
      let message = '';
      try {
        readDockerConfig(buffers, "secret 'a/b'");
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain(
        `secret 'a/b' holds no usable registry credentials: ${problem}`,
      );
      expect(message).not.toContain('hunter2');
    },
  );
});
