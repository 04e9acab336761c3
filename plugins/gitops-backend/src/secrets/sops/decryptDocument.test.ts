// The files of __fixtures__ were written by sops itself.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fixtures from './__fixtures__/files.json';
import { AgeKeyService } from './AgeKeyService';
import { decryptDocument } from './decryptDocument';
import { openDataKey } from './openDataKey';
import { PgpKeyService } from './PgpKeyService';
import { readDocument } from './readDocument';
import { SopsFormat } from './SopsDocument';
import { SopsError } from './SopsError';

const { signal } = new AbortController();

function ages(...identities: string[]): AgeKeyService {
  const service = new AgeKeyService();
  identities.forEach((identity, i) =>
    service.add(`# of tests\n${identity}\n`, `${i}.agekey`),
  );
  return service;
}

async function decrypt(
  content: string,
  format: string,
  service: AgeKeyService | PgpKeyService,
  output = format,
): Promise<{ text: string; isWhole: boolean }> {
  const document = readDocument(Buffer.from(content), format as SopsFormat);
  const key = await openDataKey(document.metadata, [service], { signal });
  const { isWhole } = decryptDocument(document, key);
  return { text: document.write(output as SopsFormat).toString(), isWhole };
}

const [first, second, third] = fixtures.identities;

function fixture(name: string, format: string) {
  return fixtures.cases.find(
    each => each.name === name && each.format === format,
  )!;
}

describe('files of sops', () => {
  it.each(fixtures.cases.map(each => [each.name, each.format, each] as const))(
    'are decrypted as sops does: %s, %s',
    async (_, format, { encrypted, decrypted }) => {
      expect(await decrypt(encrypted, format, ages(first, third))).toEqual({
        text: decrypted,
        isWhole: true,
      });
    },
  );

  it.each([
    ['the first of two recipients', first],
    ['the second', second],
  ])('are opened by %s', async (_, identity) => {
    const { encrypted } = fixture('plain', 'json');
    expect(await decrypt(encrypted, 'json', ages(identity))).toMatchObject({
      isWhole: true,
    });
  });

  it.each([
    ['anybody else', [third]],
    ['nobody', []],
  ])('are not opened by %s', async (_, identities) => {
    const { encrypted } = fixture('plain', 'json');
    await expect(
      decrypt(encrypted, 'json', ages(...identities)),
    ).rejects.toMatchObject({
      code: 'SOPS_KEY',
      message: expect.stringMatching(
        /age age1.*: none of the keys that are there is for it/,
      ),
    });
  });

  it('need as many groups of keys as they say', async () => {
    const { encrypted, decrypted } = fixture('shamir', 'json');
    for (const pair of [
      [first, second],
      [second, third],
      [first, second, third],
    ]) {
      const { text } = await decrypt(encrypted, 'json', ages(...pair));
      expect(text).toBe(decrypted);
    }
    await expect(
      decrypt(encrypted, 'json', ages(second)),
    ).rejects.toMatchObject({ code: 'SOPS_KEY' });
  });

  it('are written in other formats', async () => {
    const { encrypted } = fixture('plain', 'dotenv');
    const { text } = await decrypt(encrypted, 'dotenv', ages(first), 'json');
    expect(JSON.parse(text)).toMatchObject({ USER: 'admin', NUM: '12' });
  });
});

describe('files of sops that somebody changed', () => {
  const { encrypted } = fixture('encrypted-regex', 'yaml');

  const changed = (change: (text: string) => string) => {
    const text = change(encrypted);
    expect(text).not.toBe(encrypted);
    return decrypt(text, 'yaml', ages(first));
  };

  it('are known by their MAC where a plain value is another', async () => {
    const { isWhole } = await changed(text =>
      text.replace('name: test', 'name: other'),
    );
    expect(isWhole).toBe(false);
  });

  it('are known by their MAC where a value was taken away', async () => {
    const { isWhole } = await changed(text =>
      text.replace(/ {4}user: ENC.*\n/, ''),
    );
    expect(isWhole).toBe(false);
  });

  it('are known where the MAC was taken away', async () => {
    const { isWhole } = await changed(text =>
      text.replace(/ {4}mac: .*\n/, ''),
    );
    expect(isWhole).toBe(false);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    [
      'moved',
      text => text.replace(/( {4})user: (ENC.*\n)/, '$1admin: $2'),
      /^stringData:admin: a value does not open/,
    ],
    [
      'changed',
      text =>
        text.replace(
          /user: ENC\[AES256_GCM,data:../,
          m => `${m.slice(0, -2)}AA`,
        ),
      /^stringData:user: a value does not open/,
    ],
    [
      'put in plain',
      text => text.replace(/user: ENC.*/, 'user: hunter2'),
      /^stringData:user: a value that should be encrypted is not/,
    ],
    [
      'made a number',
      text => text.replace(/user: ENC.*/, 'user: 7'),
      /^stringData:user: a value that should be encrypted is not/,
    ],
  ])('do not open where a value was %s', async (_, change, message) => {
    const failure = await changed(change).catch(error => error);
    expect(failure).toBeInstanceOf(SopsError);
    expect(failure).toMatchObject({
      code: 'SOPS_VALUE',
      message: expect.stringMatching(message),
    });
    expect(failure.message).not.toContain('hunter2');
  });

  it.each<[string, string]>([
    ['no map', '- sops: {}\n'],
    ['no metadata', 'a: b\n'],
    ['metadata that is no map', 'sops: 1\n'],
    ['no time', 'sops: {mac: x}\n'],
    ['bad YAML', 'a: [\n'],
    [
      'keys that are no list',
      'sops: {lastmodified: "2026-01-01T00:00:00Z", age: 1}\n',
    ],
    [
      'two rules',
      'sops: {lastmodified: "2026-01-01T00:00:00Z", encrypted_regex: a, encrypted_suffix: b}\n',
    ],
    [
      'a pattern that is none',
      'sops: {lastmodified: "2026-01-01T00:00:00Z", encrypted_regex: "("}\n',
    ],
  ])('are refused with %s', async (_, text) => {
    await expect(decrypt(text, 'yaml', ages(first))).rejects.toMatchObject({
      code: 'SOPS_FORMAT',
    });
  });
});

const CASES = path.resolve(
  __dirname,
  '../../../../../../shared/conformance/flux/sops-controller-testdata',
);

// Upstream's files lie beside the repository, where they are present.
(existsSync(CASES) ? describe : describe.skip)(
  'files that Flux is tested with',
  () => {
    const read = (file: string) => readFileSync(path.join(CASES, file), 'utf8');

    it.each([
      ['algorithms/age.yaml', 'yaml', 'keys/age.txt'],
      ['algorithms/age-pq.yaml', 'yaml', 'keys/age-pq.txt'],
      ['envs/env.env', 'dotenv', 'keys/age.txt'],
      ['files/file.txt', 'binary', 'keys/age.txt'],
      ['patches/merge1.yaml', 'yaml', 'keys/age.txt'],
    ])('are decrypted: %s', async (file, format, key) => {
      const service = new AgeKeyService();
      service.add(read(key), key);
      const { text, isWhole } = await decrypt(read(file), format, service);
      expect(isWhole).toBe(true);
      expect(text).toMatch(/value|merge1/);
    });

    it('are decrypted by OpenPGP', async () => {
      const service = new PgpKeyService();
      await service.add(read('keys/pgp.asc'), 'pgp.asc');
      const { text } = await decrypt(
        read('algorithms/pgp.yaml'),
        'yaml',
        service,
      );
      expect(text).toContain('key: value');
    });
  },
);
