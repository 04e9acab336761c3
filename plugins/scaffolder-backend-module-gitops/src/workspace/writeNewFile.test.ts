import {
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeNewFile } from './writeNewFile';

let base: string;
let root: string;
let outside: string;
beforeEach(async () => {
  base = await mkdtemp(path.join(realpathSync(tmpdir()), 'workspace-'));
  root = path.join(base, 'workspace');
  outside = path.join(base, 'outside');
  await mkdir(root);
  await mkdir(outside);
});
afterEach(() => rm(base, { recursive: true }));

const write = (to: string, more: object = {}) =>
  writeNewFile({ root, path: to, text: 'new', ...more });
const at = (...names: string[]) => path.join(root, ...names);

describe('writeNewFile', () => {
  it.each([
    ['a.yaml', 'a.yaml'],
    ['deep/er/a.yml', 'deep/er/a.yml'],
    ['./deep//a.yaml', 'deep/a.yaml'],
    ['.hidden/a b.yaml', '.hidden/a b.yaml'],
  ])('writes %s', async (to, said) => {
    expect(await write(to)).toBe(said);
    expect(await readFile(at(said), 'utf8')).toBe('new');
    expect(await readdir(path.dirname(at(said)))).toHaveLength(1);
  });

  it('writes below a workspace that is reached through a link', async () => {
    await symlink(root, path.join(base, 'link'));
    await writeNewFile({
      root: path.join(base, 'link'),
      path: 'a.yaml',
      text: 'new',
    });
    expect(await readFile(at('a.yaml'), 'utf8')).toBe('new');
  });

  it.each([
    ['', 'in .yaml'],
    ['.', 'in .yaml'],
    ['a', 'in .yaml'],
    ['dir/', 'in .yaml'],
    ['.yaml', 'in .yaml'],
    ['a.yaml/', 'in .yaml'],
    ['hooks.sh', 'in .yaml'],
    ['../a.yaml', 'inside the workspace'],
    ['a/../../b.yaml', 'inside the workspace'],
    ['a/../b.yaml', 'inside the workspace'],
    ['/etc/a.yaml', 'inside the workspace'],
    ['C:\\a.yaml', 'inside the workspace'],
    ['c:/a.yaml', 'inside the workspace'],
    ['..\\a.yaml', 'inside the workspace'],
    ['a\0.yaml', 'inside the workspace'],
    ['a\n.yaml', 'inside the workspace'],
    ['.git/a.yaml', '.git'],
    ['sub/.GIT/hooks/a.yaml', '.git'],
  ])('refuses the path %j', async (to, words) => {
    await expect(write(to)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining(words),
    });
    expect(await readdir(root)).toEqual([]);
    expect(await readdir(base)).toEqual(['outside', 'workspace']);
  });

  it.each([true, false])(
    'follows no link to a folder, a chain of them, or one that dangles (overwrite %s)',
    async overwrite => {
      await symlink(outside, at('absolute'));
      await symlink('../outside', at('relative'));
      await symlink('relative', at('chain'));
      await symlink('../outside/later', at('dangling'));
      await symlink('.', at('self'));
      await mkdir(at('folder'));
      await symlink(outside, at('folder', 'deep'));
      for (const name of [
        'absolute',
        'relative',
        'chain',
        'dangling',
        'self',
        'folder/deep',
      ]) {
        await expect(write(`${name}/a.yaml`, { overwrite })).rejects.toThrow(
          'symbolic link',
        );
      }
      expect(await readdir(outside)).toEqual([]);
    },
  );

  it.each([true, false])(
    'follows no link in place of the file (overwrite %s)',
    async overwrite => {
      await writeFile(path.join(outside, 'there.yaml'), 'old');
      await symlink('../outside/there.yaml', at('a.yaml'));
      await symlink('../outside/later.yaml', at('b.yaml'));
      for (const name of ['a.yaml', 'b.yaml']) {
        await expect(write(name, { overwrite })).rejects.toThrow(
          'symbolic link',
        );
      }
      expect(await readdir(outside)).toEqual(['there.yaml']);
      expect(await readFile(path.join(outside, 'there.yaml'), 'utf8')).toBe(
        'old',
      );
    },
  );

  it('replaces a file only when it is asked to', async () => {
    await writeFile(at('a.yaml'), 'old');
    await expect(write('a.yaml')).rejects.toThrow('overwrite: true');
    expect(await readFile(at('a.yaml'), 'utf8')).toBe('old');
    await write('a.yaml', { overwrite: true });
    expect(await readFile(at('a.yaml'), 'utf8')).toBe('new');
  });

  it('leaves a file alone that is as it shall be', async () => {
    await writeFile(at('a.yaml'), 'new');
    const { ino } = await stat(at('a.yaml'));
    expect(await write('a.yaml')).toBe('a.yaml');
    expect((await stat(at('a.yaml'))).ino).toBe(ino);
  });

  it('replaces a hard link and leaves the other name alone', async () => {
    await writeFile(path.join(outside, 'there.yaml'), 'old');
    await link(path.join(outside, 'there.yaml'), at('a.yaml'));
    await write('a.yaml', { overwrite: true });
    expect(await readFile(path.join(outside, 'there.yaml'), 'utf8')).toBe(
      'old',
    );
  });

  it('says when something else is in the way', async () => {
    await writeFile(at('file'), '');
    await mkdir(at('folder.yaml'));
    await expect(write('file/a.yaml')).rejects.toThrow('no folder');
    await expect(write('folder.yaml', { overwrite: true })).rejects.toThrow(
      'is no file',
    );
  });
});
