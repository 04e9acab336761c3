import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
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
});
