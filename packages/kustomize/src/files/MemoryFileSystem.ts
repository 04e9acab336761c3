import { FileSystem } from './FileSystem';
import { cleanPath } from './paths';

/**
 * Files held in memory: path → content. Leading slashes are optional;
 * directories exist where a file lies below them or where they are listed.
 *
 * @public
 */
export class MemoryFileSystem implements FileSystem {
  private readonly files = new Map<string, Uint8Array>();
  private readonly directories = new Set<string>(['/']);

  constructor(
    files: Readonly<Record<string, string | Uint8Array>>,
    options: { directories?: readonly string[] } = {},
  ) {
    for (const [name, content] of Object.entries(files)) {
      const path = cleanPath(`/${name}`);
      this.files.set(
        path,
        typeof content === 'string' ? Buffer.from(content) : content,
      );
      this.addDirectory(path.slice(0, path.lastIndexOf('/')));
    }
    for (const name of options.directories ?? []) {
      this.addDirectory(cleanPath(`/${name}`));
    }
  }

  private addDirectory(path: string): void {
    for (
      let current = path;
      current !== '' && !this.directories.has(current);
      current = current.slice(0, current.lastIndexOf('/'))
    ) {
      this.directories.add(current);
    }
  }

  resolve(path: string) {
    if (this.files.has(path)) {
      return { path, kind: 'file' as const };
    }
    return this.directories.has(path)
      ? { path, kind: 'directory' as const }
      : undefined;
  }

  readFile(path: string): Uint8Array {
    const content = this.files.get(path);
    if (content === undefined) {
      throw new Error(`no such file: ${path}`);
    }
    return content;
  }
}
