import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Header, pack } from 'tar-stream';
import { ArchiveError, readArchive } from './readArchive';

async function archiveOf(
  entries: Array<[Partial<Header>, string?]>,
): Promise<Buffer> {
  const tar = pack();
  for (const [header, content] of entries) {
    tar.entry(header as Header, content ?? '');
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) {
    chunks.push(chunk as Buffer);
  }
  return gzipSync(Buffer.concat(chunks));
}

const read = (bytes: Buffer, limits = {}) =>
  readArchive(Readable.from([bytes]), { limits });

describe('readArchive', () => {
  it('reads files and passes over everything else', async () => {
    const files = await read(
      await archiveOf([
        [{ name: 'base/', type: 'directory' }],
        [{ name: './base/deployment.yaml' }, 'kind: Deployment'],
        [{ name: 'empty.yaml' }, ''],
        [{ name: 'link', type: 'symlink', linkname: '/etc/passwd' }],
        [{ name: 'hard', type: 'link', linkname: 'base/deployment.yaml' }],
        [{ name: 'pipe', type: 'fifo' }],
      ]),
    );
    expect(
      [...files].map(([path, content]) => [path, content.toString()]),
    ).toEqual([
      ['base/deployment.yaml', 'kind: Deployment'],
      ['empty.yaml', ''],
    ]);
  });

  it.each([
    ['a parent', '../x.yaml'],
    ['a parent further in', 'a/../../x.yaml'],
    ['a parent with backslashes', 'a\\..\\..\\x.yaml'],
    ['an absolute path', '/etc/x.yaml'],
    ['a drive', 'C:\\x.yaml'],
  ])('refuses %s', async (_, name) => {
    await expect(read(await archiveOf([[{ name }, 'x']]))).rejects.toThrow(
      'leaves its folder',
    );
  });

  it('refuses what is beyond the limits', async () => {
    const archive = await archiveOf([
      [{ name: 'a' }, 'x'.repeat(600)],
      [{ name: 'b' }, 'x'.repeat(600)],
    ]);
    await expect(read(archive, { maxEntries: 1 })).rejects.toThrow(
      'more than 1 entries',
    );
    await expect(read(archive, { maxFileSize: 500 })).rejects.toThrow(
      "'a' is larger than 500 bytes",
    );
    await expect(read(archive, { maxTotalSize: 1_000 })).rejects.toThrow(
      'holds more than 1000 bytes',
    );
    await expect(read(archive)).resolves.toHaveProperty('size', 2);
  });

  it('stops a bomb while it unpacks', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    await expect(
      read(bomb, { maxTotalSize: 1024, maxEntries: 10 }),
    ).rejects.toThrow('unpacks to more than 21504 bytes');
    const file = await archiveOf([
      [{ name: 'zeros' }, '\0'.repeat(8 * 1024 * 1024)],
    ]);
    await expect(read(file, { maxTotalSize: 1024 })).rejects.toThrow(
      ArchiveError,
    );
  });

  it('says that an archive is damaged', async () => {
    const archive = await archiveOf([[{ name: 'a' }, 'x'.repeat(10_000)]]);
    await expect(read(Buffer.from('no gzip'))).rejects.toThrow(ArchiveError);
    await expect(read(archive.subarray(0, 60))).rejects.toThrow(ArchiveError);
  });

  it.each<[string, Partial<Header>]>([
    ['a PAX header', { name: 'a.yaml', pax: { path: '../x.yaml' } }],
    [
      'a PAX header and a name of 4 kB',
      {
        name: 'a.yaml',
        pax: { path: `${'a/'.repeat(2_000)}../../x.yaml` },
      },
    ],
    [
      'a PAX header with a zero',
      { name: 'a.yaml', pax: { path: 'a\0b.yaml' } },
    ],
    ['a long name', { name: `${'long/'.repeat(60)}../../x.yaml` }],
  ])('refuses a path that leaves its folder by %s', async (_, header) => {
    await expect(read(await archiveOf([[header, 'x']]))).rejects.toThrow(
      ArchiveError,
    );
  });

  it('reads names that only look like something else', async () => {
    const names = ['․․/x.yaml', '...', 'a..b', 'COM1', `${'n'.repeat(4_096)}`];
    const files = await read(
      await archiveOf(names.map(name => [{ name }, 'x'])),
    );
    expect([...files.keys()]).toEqual(names);
  });

  it('takes the later of two entries, and no file for a folder', async () => {
    const files = await read(
      await archiveOf([
        [{ name: 'a' }, 'first'],
        [{ name: 'a' }, 'second'],
        [{ name: 'a/b' }, 'below'],
        [{ name: 'A' }, 'other case'],
      ]),
    );
    expect(
      [...files].map(([path, content]) => `${path}: ${content.toString()}`),
    ).toEqual(['a: second', 'a/b: below', 'A: other case']);
  });

  it('follows no chain of links, whatever comes after it', async () => {
    const files = await read(
      await archiveOf([
        [{ name: 'a', type: 'symlink', linkname: 'b' }],
        [{ name: 'b', type: 'symlink', linkname: '/' }],
        [{ name: 'c', type: 'link', linkname: 'a/etc/passwd' }],
        [{ name: 'a/etc/cron.d/x' }, 'x'],
        [
          {
            name: 'device',
            type: 'character-device',
            devmajor: 1,
            devminor: 3,
          },
        ],
      ]),
    );
    expect([...files.keys()]).toEqual(['a/etc/cron.d/x']);
  });

  it('counts a million tiny files no further than it may', async () => {
    const archive = await archiveOf(
      Array.from({ length: 20_000 }, (_, i) => [{ name: `f${i}` }]),
    );
    await expect(read(archive, { maxEntries: 10_000 })).rejects.toThrow(
      'more than 10000 entries',
    );
  });

  it('reads what is packed in several parts, and refuses what is no part', async () => {
    const archive = await archiveOf([[{ name: 'a' }, 'x'.repeat(10_000)]]);
    const tar = gunzipSync(archive);
    const parts = Buffer.concat([
      gzipSync(tar.subarray(0, 700)),
      gzipSync(tar.subarray(700)),
    ]);
    expect((await read(parts)).get('a')).toHaveLength(10_000);
    const behind = Buffer.concat([archive, Buffer.from('garbage')]);
    await expect(read(behind)).rejects.toThrow(ArchiveError);
    const nested = await archiveOf([
      [{ name: 'a.tar.gz' }, archive.toString('latin1')],
    ]);
    expect([...(await read(nested)).keys()]).toEqual(['a.tar.gz']);
  });

  it('refuses a header that lies about the size', async () => {
    const tar = gunzipSync(await archiveOf([[{ name: 'a' }, 'x'.repeat(600)]]));
    const longer = Buffer.from(tar);
    longer.write('00000077777', 124);
    await expect(read(gzipSync(longer))).rejects.toThrow(ArchiveError);
  });
});
