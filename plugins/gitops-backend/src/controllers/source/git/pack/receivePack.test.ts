// Server: none; packs are made by hand, and one by a real git.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import {
  BLOB,
  COMMIT,
  deltaSize,
  Entry,
  makeDelta,
  makePack,
  oidOf,
  TREE,
  treeEntry,
} from './__testUtils__/makePack';
import { walkTree } from '../objects/walkTree';
import { PackFile } from './PackFile';
import { PackLimits, receivePack } from './receivePack';

const OFFSET_DELTA = 6;
const NAMED_DELTA = 7;
const { signal } = new AbortController();

jest.setTimeout(60_000);

describe('receivePack', () => {
  let directory: string;
  let files = 0;
  const open: PackFile[] = [];

  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'gitops-pack-'));
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map(pack => pack.close()));
  });

  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  const receive = async (
    pack: Buffer,
    { chunk = 1_000, ...limits }: Partial<PackLimits> & { chunk?: number } = {},
  ): Promise<PackFile> => {
    async function* chunks() {
      for (let at = 0; at < pack.length; at += chunk) {
        yield pack.subarray(at, at + chunk);
      }
    }
    files += 1;
    const received = await receivePack(chunks(), {
      file: path.join(directory, `${files}.pack`),
      format: 'sha1',
      limits: {
        ...{ bytes: 1e8, unpackedBytes: 1e9, objects: 1_000 },
        ...limits,
      },
      signal,
    });
    open.push(received);
    return received;
  };

  const base = Buffer.from('some content that others change');
  const blob: Entry = { type: BLOB, content: base };
  const named = (content: Buffer, of = oidOf('blob', base)): Entry => ({
    ...{ type: NAMED_DELTA, base: of, content },
  });

  it.each([13, 4_096, 10_000_000])(
    'reads objects whole and as deltas, in chunks of %i',
    async chunk => {
      const large = randomBytes(400_000);
      const changed = Buffer.from('some content');
      const again = Buffer.from('some content!');
      const pack = await receive(
        makePack([
          blob,
          { type: BLOB, content: large },
          // A delta of what comes only later, which is a delta itself.
          named(makeDelta(12, 13, [0, 12], '!'), oidOf('blob', changed)),
          named(makeDelta(base.length, 12, [0, 12])),
          { type: BLOB, content: Buffer.alloc(0) },
        ]),
        { chunk },
      );
      for (const content of [base, large, changed, again, Buffer.alloc(0)]) {
        const oid = oidOf('blob', content).toString('hex');
        expect((await pack.read(oid, 'blob', 1e6)).equals(content)).toBe(true);
        const streamed: Buffer[] = [];
        for await (const piece of pack.stream(oid, 'blob')) {
          streamed.push(piece);
        }
        expect(Buffer.concat(streamed).equals(content)).toBe(true);
        expect(pack.sizeOf(oid, 'blob')).toBe(content.length);
      }
      expect(pack.find('0'.repeat(40))).toBeUndefined();
    },
  );

  it('reads what git packs', async () => {
    const work = path.join(directory, 'work.git');
    const env = { PATH: process.env.PATH, GIT_DIR: work };
    execFileSync('git', ['init', '-q', '--bare', work]);
    const text = (n: number) =>
      Array.from({ length: 400 }, (_, i) => `${i} ${i === n ? 'x' : ''}\n`);
    const commits = [1, 2, 3, 4, 5].map(n => {
      const content = text(n).join('');
      return `commit refs/heads/main\ncommitter A <a@b.c> 1700000000 +0000\ndata 1\nx\nM 100644 inline a.txt\ndata ${content.length}\n${content}\n`;
    });
    execFileSync('git', ['fast-import', '--quiet'], {
      env,
      input: commits.join(''),
    });
    const raw = execFileSync(
      'git',
      ['pack-objects', '--all', '--stdout', '--no-reuse-delta', '-q'],
      { env, input: '' },
    );
    const pack = await receive(raw);
    const oid = execFileSync('git', ['rev-parse', 'main~2:a.txt'], { env });
    expect(
      (await pack.read(oid.toString().trim(), 'blob', 1e6)).toString(),
    ).toBe(text(3).join(''));
  });

  const good = makePack([blob]);
  const flipped = (at: number) => {
    const copy = Buffer.from(good);
    copy[at] += 1;
    return copy;
  };

  it.each<[string, () => Buffer]>([
    ['nothing', () => Buffer.alloc(0)],
    ['something else', () => Buffer.from('<html>not a pack at all</html>')],
    ['another version', () => flipped(7)],
    ['a broken object', () => flipped(16)],
    ['a wrong sum', () => flipped(good.length - 1)],
    ['half of it', () => good.subarray(0, good.length / 2)],
    ['no sum', () => good.subarray(0, -20)],
    ['more than it', () => Buffer.concat([good, Buffer.from('more')])],
    ['fewer objects than it says', () => makePack([blob], 2)],
    ['more objects than it says', () => makePack([blob, blob], 1)],
    ['an object of no type', () => makePack([{ ...blob, type: 0 }])],
    ['an object of type 5', () => makePack([{ ...blob, type: 5 }])],
    ['a size too small', () => makePack([{ ...blob, size: 4 }])],
    ['a size too large', () => makePack([{ ...blob, size: 400 }])],
    ['no size that is a number', () => makePack([{ ...blob, size: 1e30 }])],
    [
      'a large object that is longer than it says',
      () =>
        makePack([
          { type: BLOB, content: randomBytes(300_000), size: 200_000 },
        ]),
    ],
    [
      'a large object that is cut',
      () =>
        makePack([
          {
            ...{ type: BLOB, content: Buffer.alloc(0), size: 300_000 },
            packed: deflateSync(randomBytes(300_000)).subarray(0, 100_000),
          },
        ]),
    ],
    [
      'a delta of what it does not hold',
      () => makePack([named(makeDelta(1, 1, 'a'))]),
    ],
    [
      'a delta of itself',
      () => {
        const content = makeDelta(1, 1, 'a');
        return makePack([named(content, oidOf('blob', Buffer.from('a')))]);
      },
    ],
    [
      'a delta of what lies before the pack',
      () =>
        makePack([
          {
            ...{ type: OFFSET_DELTA, base: Buffer.from([0xff, 0x7f]) },
            content: makeDelta(1, 1, 'a'),
          },
        ]),
    ],
    [
      'a delta of its own beginning',
      () =>
        makePack([
          {
            ...{ type: OFFSET_DELTA, base: Buffer.from([0]) },
            content: makeDelta(1, 1, 'a'),
          },
        ]),
    ],
    [
      'a delta of something longer',
      () => makePack([blob, named(makeDelta(base.length + 1, 1, 'a'))]),
    ],
    [
      'a delta that copies what is not there',
      () =>
        makePack([blob, named(makeDelta(base.length, 50, [base.length, 50]))]),
    ],
    [
      'a delta that makes less than it says',
      () => makePack([blob, named(makeDelta(base.length, 50, 'a'))]),
    ],
    [
      'a delta that makes more than it says',
      () => makePack([blob, named(makeDelta(base.length, 1, 'ab'))]),
    ],
    [
      'a delta without sizes',
      () => makePack([blob, named(Buffer.alloc(20, 0xff))]),
    ],
    [
      'a delta that ends within an instruction',
      () =>
        makePack([
          blob,
          named(
            Buffer.concat([
              deltaSize(base.length),
              deltaSize(9),
              Buffer.from([0xff, 0]),
            ]),
          ),
        ]),
    ],
  ])('refuses %s', async (_, make) => {
    await expect(receive(make())).rejects.toMatchObject({
      code: 'GIT_CORRUPT',
    });
  });

  it.each<[string, () => Buffer, Partial<PackLimits>]>([
    ['bytes', () => makePack([blob]), { bytes: 20 }],
    ['objects', () => makePack([], 4_000_000_000), { objects: 2_000_000 }],
    [
      'bytes that a small object unpacks to',
      () => makePack([{ type: BLOB, content: Buffer.alloc(2_000_000) }]),
      { unpackedBytes: 1_000_000 },
    ],
    [
      'bytes that one delta makes',
      () =>
        makePack([
          { type: BLOB, content: Buffer.alloc(65_536) },
          named(
            makeDelta(
              ...([65_536, 200_000_000] as const),
              ...Array.from(
                { length: 3_052 },
                () => [0, 65_536] as [number, number],
              ),
            ),
            oidOf('blob', Buffer.alloc(65_536)),
          ),
        ]),
      {},
    ],
    [
      'bytes that many deltas make',
      () =>
        makePack([
          { type: BLOB, content: Buffer.alloc(65_536) },
          ...Array.from({ length: 100 }, (_, i) =>
            named(
              makeDelta(65_536, 65_539, [0, 65_536], String(i + 100)),
              oidOf('blob', Buffer.alloc(65_536)),
            ),
          ),
        ]),
      { unpackedBytes: 1_000_000 },
    ],
  ])('bounds the %s', async (_, make, limits) => {
    await expect(receive(make(), limits)).rejects.toMatchObject({
      code: 'GIT_TOO_LARGE',
    });
  });

  describe('directories', () => {
    const leaf = oidOf('blob', base);
    const walk = async (
      tree: Buffer,
      more: readonly Entry[] = [],
      maxFiles = 1_000,
    ) => {
      const pack = await receive(
        makePack([blob, { type: TREE, content: tree }, ...more]),
      );
      const paths: string[] = [];
      for await (const entry of walkTree({
        ...{ pack, format: 'sha1', maxFiles, signal },
        tree: oidOf('tree', tree).toString('hex'),
      })) {
        paths.push(`${entry.kind} ${entry.path}`);
      }
      return paths;
    };

    it('gives files, links and submodules in the order of a walk', async () => {
      const inner = treeEntry('100755', 'run', leaf);
      const tree = Buffer.concat([
        treeEntry('100644', 'a-b', leaf),
        treeEntry('40000', 'a', oidOf('tree', inner)),
        treeEntry('120000', 'link', leaf),
        treeEntry('160000', 'sub', leaf),
      ]);
      expect(await walk(tree, [{ type: TREE, content: inner }])).toEqual([
        'executable a/run',
        'file a-b',
        'symlink link',
        'submodule sub',
      ]);
    });

    it.each([
      '..',
      '.',
      '.git',
      '.GIT',
      '.git.',
      'git~1',
      '.g\u200cit',
      '.git::$INDEX_ALLOCATION',
      'a/b',
      'a\\b',
      '',
      'x'.repeat(5_000),
    ])('refuses the name %j', async name => {
      await expect(walk(treeEntry('100644', name, leaf))).rejects.toMatchObject(
        {
          code: 'GIT_CORRUPT',
          message: expect.stringContaining('which no file may have'),
        },
      );
    });

    it.each<[string, Buffer]>([
      [
        'a name that is there twice',
        Buffer.concat([
          treeEntry('100644', 'a', leaf),
          treeEntry('40000', 'a', leaf),
        ]),
      ],
      ['a device', treeEntry('60000', 'a', leaf)],
      ['half an entry', treeEntry('100644', 'a', leaf).subarray(0, 15)],
      ['what is not there', treeEntry('40000', 'a', randomBytes(20))],
      ['a file as a directory', treeEntry('40000', 'a', leaf)],
    ])('refuses %s', async (_, tree) => {
      await expect(walk(tree)).rejects.toMatchObject({ code: 'GIT_CORRUPT' });
    });

    it('bounds what few objects make many files of', async () => {
      const entries: Entry[] = [];
      let content = treeEntry('100644', 'a', leaf);
      for (let depth = 0; depth < 10; depth++) {
        entries.push({ type: TREE, content });
        const oid = oidOf('tree', content);
        content = Buffer.concat(
          Array.from({ length: 10 }, (_, i) => treeEntry('40000', `${i}`, oid)),
        );
      }
      await expect(walk(content, entries)).rejects.toMatchObject({
        code: 'GIT_TOO_LARGE',
      });
    });

    it('bounds how deep they are', async () => {
      const entries: Entry[] = [];
      let content = treeEntry('100644', 'a', leaf);
      for (let depth = 0; depth < 300; depth++) {
        entries.push({ type: TREE, content });
        content = treeEntry('40000', 'd', oidOf('tree', content));
      }
      await expect(walk(content, entries)).rejects.toMatchObject({
        code: 'GIT_TOO_LARGE',
        message: expect.stringContaining('deeper than 256'),
      });
    });

    it('says that an object is of another type', async () => {
      const pack = await receive(makePack([{ ...blob, type: COMMIT }]));
      const oid = oidOf('commit', base).toString('hex');
      await expect(pack.read(oid, 'tree', 100)).rejects.toMatchObject({
        code: 'GIT_CORRUPT',
      });
      await expect(pack.read(oid, 'commit', 10)).rejects.toMatchObject({
        code: 'GIT_TOO_LARGE',
      });
    });
  });
});
