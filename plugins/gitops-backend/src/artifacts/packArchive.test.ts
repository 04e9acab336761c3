import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { packArchive } from './packArchive';
import { readArchive } from './readArchive';

const entries = [
  { path: 'base/a.yaml', executable: false, content: Buffer.from('a: 1') },
  { path: 'base/sub/run.sh', executable: true, content: Buffer.from('#!') },
  { path: 'z.yaml', executable: false, content: Buffer.alloc(0) },
];

describe('packArchive', () => {
  it('gives the same bytes for the same files', async () => {
    const first = await buffer(packArchive(entries));
    const second = await buffer(packArchive(entries));
    expect(first.equals(second)).toBe(true);
    const files = await readArchive(Readable.from([first]));
    expect([...files.keys()]).toEqual([
      'base/a.yaml',
      'base/sub/run.sh',
      'z.yaml',
    ]);
  });

  it('leaves out owners and times', async () => {
    const headers: object[] = [];
    const unpack = extract();
    Readable.from([gunzipSync(await buffer(packArchive(entries)))]).pipe(
      unpack as never,
    );
    for await (const file of unpack) {
      const { header } = file;
      file.resume();
      headers.push({
        name: header.name,
        mode: header.mode,
        mtime: header.mtime?.getTime(),
        uid: header.uid,
        uname: header.uname,
      });
    }
    expect(headers).toEqual([
      { name: 'base/', mode: 0o750, mtime: 0, uid: 0, uname: '' },
      { name: 'base/a.yaml', mode: 0o600, mtime: 0, uid: 0, uname: '' },
      { name: 'base/sub/', mode: 0o750, mtime: 0, uid: 0, uname: '' },
      { name: 'base/sub/run.sh', mode: 0o700, mtime: 0, uid: 0, uname: '' },
      { name: 'z.yaml', mode: 0o600, mtime: 0, uid: 0, uname: '' },
    ]);
  });

  it('takes content piece by piece', async () => {
    const open = () => Readable.from([Buffer.from('a:'), Buffer.from(' 1')]);
    const streamed = [
      { ...entries[0], content: { size: 4, open } },
      entries[1],
      { ...entries[2], content: { size: 0, open: () => Readable.from([]) } },
    ];
    const packed = await buffer(packArchive(streamed));
    expect(packed.equals(await buffer(packArchive(entries)))).toBe(true);
  });

  it.each([3, 5])('notices content that is not %d bytes long', async size => {
    const open = () => Readable.from([Buffer.from('a: 1')]);
    await expect(
      buffer(packArchive([{ ...entries[0], content: { size, open } }])),
    ).rejects.toThrow('Size mismatch');
  });

  it('lets go of content when its reader does', async () => {
    const content = new Readable({
      read() {
        this.push(randomBytes(64 * 1024));
      },
    });
    const packed = packArchive([
      { ...entries[0], content: { size: 2 ** 40, open: () => content } },
    ]);
    const closed = new Promise(resolve => content.once('close', resolve));
    await once(packed, 'readable');
    packed.destroy();
    await closed;
    expect(content.destroyed).toBe(true);
  });

  it('passes on what goes wrong while content is read', async () => {
    const open = () =>
      new Readable({ read: () => {} }).destroy(new Error('disk is gone'));
    await expect(
      buffer(packArchive([{ ...entries[0], content: { size: 4, open } }])),
    ).rejects.toThrow('disk is gone');
  });

  it('passes on what goes wrong while files are read', async () => {
    const broken = (async function* files() {
      yield entries[0];
      throw new Error('object is missing');
    })();
    await expect(buffer(packArchive(broken))).rejects.toThrow(
      'object is missing',
    );
  });
});
