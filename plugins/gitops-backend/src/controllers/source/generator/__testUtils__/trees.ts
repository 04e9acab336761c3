import { Readable } from 'node:stream';
import { FileTree, TreeFile } from '../FileTree';

/** A file in memory. */
export function fileOf(content: string | Uint8Array): TreeFile {
  const bytes = Buffer.from(content);
  return {
    executable: false,
    size: bytes.length,
    read: async () => bytes,
    open: () => Readable.from([bytes]),
  };
}

/** Files in memory; those in a list are empty. */
export function treeOf(
  files: Record<string, string | Uint8Array> | readonly string[],
): FileTree {
  return FileTree.of(
    Array.isArray(files)
      ? files.map((path): [string, TreeFile] => [path, fileOf('')])
      : Object.entries(files).map(([path, content]): [string, TreeFile] => [
          path,
          fileOf(content),
        ]),
  );
}

/** Contents by path. */
export async function contentsOf(
  tree: FileTree,
): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const [path, file] of tree.entries()) {
    contents[path] = (await file.read()).toString();
  }
  return contents;
}
