import { readSopsKeyFile } from './readSopsKeyFile';

const read = (content: string | Buffer) =>
  readSopsKeyFile(
    { name: 'team/keys', data: { 'sops.x': Buffer.from(content) } },
    'sops.x',
  );

describe('readSopsKeyFile', () => {
  it.each([
    ['YAML', 'a: b\n'],
    ['JSON', '{"a":"b"}'],
    ['UTF-8 with a mark', '\ufeffa: b'],
    ['UTF-16', Buffer.from('\ufeffa: b', 'utf16le')],
    [
      'UTF-16, the other way round',
      Buffer.from('\ufeffa: b', 'utf16le').swap16(),
    ],
  ])('reads %s', (_, content) => {
    expect(read(content)).toEqual({ a: 'b' });
  });

  it('has nothing where there is no key', () => {
    expect(readSopsKeyFile(undefined, 'sops.x')).toBeUndefined();
    expect(
      readSopsKeyFile({ name: 'team/keys', data: {} }, 'sops.x'),
    ).toBeUndefined();
  });

  it.each(['hunter2', '- hunter2', '{hunter2: ', ''])(
    'says that %j is no map, without showing it',
    content => {
      expect(() => read(content)).toThrow(
        /^key 'sops.x' of Secret team\/keys is no map in YAML or JSON$/,
      );
    },
  );
});
