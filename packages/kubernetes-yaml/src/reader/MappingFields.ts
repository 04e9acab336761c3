import { JsonObject, JsonValue, isJsonObject, setOwn } from '../JsonValue';
import { Cursor } from './Cursor';
import { ReadValue } from './ValueBuilder';
import { YamlDialect } from './scalars';

/**
 * The fields of one mapping. Merge keys differ between the dialects: in
 * go-yaml v2 a merge overrides what stands before it, in v3 explicit keys
 * always win.
 */
export class MappingFields {
  // Only filled once a merge occurs.
  private merged: Set<string> | undefined;

  constructor(
    private readonly cursor: Cursor,
    private readonly target: JsonObject,
  ) {}

  set(name: string, value: ReadValue, pos: number, keepLast: boolean): void {
    if (Object.hasOwn(this.target, name) && !this.merged?.delete(name)) {
      if (!keepLast) {
        this.fail(pos, 'duplicate-key', `the key "${name}" occurs twice`);
      }
    }
    setOwn(this.target, name, value as JsonValue);
  }

  merge(value: ReadValue, pos: number, dialect: YamlDialect): void {
    const sources = Array.isArray(value) ? value : [value];
    this.merged ??= new Set();
    for (const source of [...sources].reverse()) {
      if (!isJsonObject(source)) {
        this.fail(pos, 'syntax', 'a merge key needs a mapping');
      }
      for (const name of Object.keys(source)) {
        const exists = Object.hasOwn(this.target, name);
        if (exists && dialect === 'go-yaml-v3' && !this.merged.has(name)) {
          continue;
        }
        if (!exists) {
          this.merged.add(name);
        }
        setOwn(this.target, name, source[name]);
      }
    }
  }

  private fail(
    pos: number,
    code: 'duplicate-key' | 'syntax',
    problem: string,
  ): never {
    return this.cursor.fail(problem, { code, pos });
  }
}
