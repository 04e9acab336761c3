import { parseJson, stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { JsonObject } from '../json/value';
import { asString, isObject } from '../json/value';

/** One stored object, or the removal of one. */
export interface JournalEntry {
  storage: string;
  key: string;
  /** Revision of the write. */
  revision: number;
  /** Undefined for a removal. */
  object?: JsonObject;
}

/** Keeps the state of a store beyond the process. */
export interface Journal {
  /** All live objects and the highest revision that was written. */
  load(): { entries: JournalEntry[]; revision: number };
  append(entry: JournalEntry): void;
  close(): void;
}

/**
 * Keeps the state in one file of JSON lines below a directory. Each write is
 * appended before the request is answered; loading compacts the file. A last
 * line that was cut off by a crash is ignored.
 */
export class FileJournal implements Journal {
  private readonly file: string;
  private descriptor?: number;

  constructor(directory: string) {
    fs.mkdirSync(directory, { recursive: true });
    this.file = path.join(directory, 'objects.jsonl');
  }

  load(): { entries: JournalEntry[]; revision: number } {
    const live = new Map<string, JournalEntry>();
    let revision = 0;
    for (const entry of this.read()) {
      revision = Math.max(revision, entry.revision);
      const id = `${entry.storage} ${entry.key}`;
      live.delete(id);
      if (entry.object) live.set(id, entry);
    }
    const entries = [...live.values()].sort((a, b) => a.revision - b.revision);
    this.compact(entries, revision);
    return { entries, revision };
  }

  append(entry: JournalEntry): void {
    this.descriptor ??= fs.openSync(this.file, 'a');
    fs.writeSync(this.descriptor, `${stringifyJson(entry)}\n`);
  }

  close(): void {
    if (this.descriptor !== undefined) fs.closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  private *read(): Iterable<JournalEntry> {
    if (!fs.existsSync(this.file)) return;
    for (const line of fs.readFileSync(this.file, 'utf8').split('\n')) {
      const entry = parseEntry(line);
      if (entry) yield entry;
    }
  }

  private compact(entries: JournalEntry[], revision: number): void {
    const lines = entries.map(entry => stringifyJson(entry));
    // The highest revision may belong to a removal; it must not be reused.
    lines.push(stringifyJson({ storage: '', key: '', revision }));
    const temporary = `${this.file}.new`;
    fs.writeFileSync(temporary, `${lines.join('\n')}\n`);
    fs.renameSync(temporary, this.file);
  }
}

function parseEntry(line: string): JournalEntry | undefined {
  if (!line) return undefined;
  try {
    const value: unknown = parseJson(line);
    if (!isObject(value)) return undefined;
    return {
      storage: asString(value.storage) ?? '',
      key: asString(value.key) ?? '',
      revision: Number(value.revision),
      object: isObject(value.object) ? value.object : undefined,
    };
  } catch {
    return undefined; // the line a crash cut off
  }
}
