import { editFile } from '../setters/editFile';
import { ImageChange } from './ImageChange';

/** Files whose marked values are to be set. */
export interface EditTask {
  files: readonly { path: string; content: Uint8Array }[];
  /** By the text of markers. */
  setters: readonly (readonly [string, string])[];
}

/** What came of them. */
export interface EditedFiles {
  /** Those that changed, with their contents as they are now. */
  edited: { path: string; content: Uint8Array }[];
  changes: ImageChange[];
  /** Those that have markers and cannot be read; they stay as they are. */
  unreadable: { path: string; reason: string }[];
}

/** Sets the marked values of files; the others are left out. */
export function editFiles({ files, setters }: EditTask): EditedFiles {
  const values = new Map(setters);
  const result: EditedFiles = { edited: [], changes: [], unreadable: [] };
  for (const { path, content } of files) {
    const { buffer, byteOffset, byteLength } = content;
    const file = editFile(Buffer.from(buffer, byteOffset, byteLength), values);
    if (file.type === 'edited') {
      result.edited.push({ path, content: file.content });
      result.changes.push(...file.edits.map(edit => ({ file: path, ...edit })));
    } else if (file.type === 'unreadable') {
      result.unreadable.push({ path, reason: file.reason });
    }
  }
  return result;
}
