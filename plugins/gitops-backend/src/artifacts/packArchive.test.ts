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
