import {
  ChartDirectory,
  ChartDirectoryEntry,
  ChartFile,
} from '@backstage-gitops/helm';

/** Files in memory as the directory of a chart. */
export class MemoryDirectory implements ChartDirectory {
  private readonly files = new Map<string, Uint8Array>();
  private readonly directories = new Map<
    string,
    Map<string, ChartDirectoryEntry>
  >([['', new Map()]]);

  constructor(files: readonly ChartFile[]) {
    for (const file of files) {
      this.add(file);
    }
  }

  list(path: string): Iterable<ChartDirectoryEntry> {
    return this.directories.get(path)?.values() ?? [];
  }

  read(path: string): Uint8Array {
    return this.files.get(path)!;
  }

  private add({ name: path, data }: ChartFile): void {
    this.files.set(path, data);
    const parts = path.split('/');
    let parent = '';
    parts.forEach((name, depth) => {
      const entries = this.directories.get(parent)!;
      parent = parent === '' ? name : `${parent}/${name}`;
      if (depth === parts.length - 1) {
        entries.set(name, { name, kind: 'file', size: data.length });
      } else if (!this.directories.has(parent)) {
        this.directories.set(parent, new Map());
        entries.set(name, { name, kind: 'directory', size: 0 });
      }
    });
  }
}
