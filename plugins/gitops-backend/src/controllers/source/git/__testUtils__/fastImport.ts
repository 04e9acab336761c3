import { execFileSync } from 'node:child_process';

/** A file, or what is none. */
export type ImportedFile = string | { link: string } | { submodule: string };

/**
 * Makes a commit in a bare repository by `git fast-import`, which also makes
 * what Git itself would not.
 *
 * @returns the name of the commit
 */
export function fastImport(
  gitDir: string,
  files: Record<string, ImportedFile>,
  branch = 'main',
): string {
  const lines = Object.entries(files).map(([path, file]) => {
    const name = JSON.stringify(path);
    if (typeof file === 'object' && 'submodule' in file) {
      return `M 160000 ${file.submodule} ${name}\n`;
    }
    const [mode, content] =
      typeof file === 'object' ? ['120000', file.link] : ['100644', file];
    return `M ${mode} inline ${name}\ndata ${Buffer.byteLength(content)}\n${content}\n`;
  });
  const env = { PATH: process.env.PATH, GIT_DIR: gitDir };
  execFileSync('git', ['fast-import', '--quiet', '--force'], {
    env,
    input: `commit refs/heads/${branch}\ncommitter A <a@example.com> 1700000000 +0000\ndata 1\nx\n${lines.join('')}\n`,
  });
  return execFileSync('git', ['rev-parse', `refs/heads/${branch}`], { env })
    .toString()
    .trim();
}
