import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';

const MB = 1_000_000;
const WORDS = 3_000;
const POOL = 4 * MB;
/** Of the files, how many are text; a fifth of the bytes does not compress. */
const TEXT = 0.97;
/** Most bytes of a file that does not compress; a third is the mean. */
const LARGEST_BINARY = 370_000;

/** A repository in which so many bytes are checked out. */
export interface GeneratedRepository {
  files: number;
  bytes: number;
}

/** Numbers that are the same each time. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function createText(random: () => number): Buffer {
  const words = Array.from({ length: WORDS }, () =>
    Array.from({ length: 2 + Math.floor(random() * 9) }, () =>
      String.fromCharCode(97 + Math.floor(random() * 26)),
    ).join(''),
  );
  const lines: string[] = [];
  for (let size = 0; size < POOL;) {
    const indent = '  '.repeat(Math.floor(random() * 6));
    const count = 1 + Math.floor(random() * 8);
    // Few words are used often, as in texts of people.
    const chosen = Array.from(
      { length: count },
      () => words[Math.floor(random() ** 3 * WORDS)],
    );
    const line = `${indent}${chosen[0]}: ${chosen.slice(1).join(' ')}\n`;
    lines.push(line);
    size += line.length;
  }
  return Buffer.from(lines.join(''));
}

/**
 * Fills a bare repository with two commits of manifests, charts and images, as
 * they are in repositories of platforms: mostly texts of some kilobytes, and some
 * larger files that are packed already.
 */
export async function fillRepository(
  gitDir: string,
  bytes: number,
): Promise<GeneratedRepository> {
  const git = spawn(
    'git',
    ['-c', 'core.compression=6', 'fast-import', '--quiet', '--done'],
    {
      env: { PATH: process.env.PATH, GIT_DIR: gitDir, LC_ALL: 'C' },
      stdio: ['pipe', 'ignore', 'inherit'],
    },
  );
  const ended = once(git, 'exit');
  const write = async (...parts: (string | Buffer)[]) => {
    for (const part of parts) {
      if (!git.stdin.write(part)) {
        await once(git.stdin, 'drain');
      }
    }
  };
  const random = createRandom(bytes);
  const text = createText(random);
  const data = (content: Buffer) => ['data ', `${content.length}\n`, content];
  const commit = (message: string) => [
    `commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\n`,
    ...data(Buffer.from(`${message}\n`)),
    '\n',
  ];
  const textFile = () => {
    const length = 500 + Math.floor(random() ** 3 * 60_000);
    const start = Math.floor(random() * (text.length - length));
    return text.subarray(start, start + length);
  };
  let written = 0;
  let files = 0;
  await write(...commit('Everything'));
  while (written < bytes) {
    const isText = random() < TEXT;
    const content = isText
      ? textFile()
      : randomBytes(1 + Math.floor(random() ** 2 * LARGEST_BINARY));
    const directory = `apps/team-${files % 40}/service-${Math.floor(files / 20) % 500}`;
    const name = isText ? `file-${files}.yaml` : `chart-${files}.tgz`;
    await write(
      `M 100644 inline ${directory}/${name}\n`,
      ...data(content),
      '\n',
    );
    written += content.length;
    files += 1;
  }
  await write(...commit('Change one file'));
  await write(
    'M 100644 inline apps/team-0/service-0/file-0.yaml\n',
    ...data(textFile()),
    '\n',
    'done\n',
  );
  git.stdin.end();
  const [code] = await ended;
  if (code !== 0) {
    throw new Error(`git fast-import ended with ${code}`);
  }
  return { files, bytes: written };
}
