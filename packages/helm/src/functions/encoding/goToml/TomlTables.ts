import {
  ANY_MAP,
  GoMap,
  GoTyped,
  isMap,
  sliceType,
} from '@backstage-gitops/go-template';
import { setOwn } from '@backstage-gitops/kubernetes-yaml';
import { tomlKey } from './tomlText';
import { TomlProblem } from './TomlSource';

type Key = readonly string[];

/** `[]map[string]interface {}`. */
const TABLES = sliceType(ANY_MAP);

export function keyText(key: Key): string {
  return key.map(tomlKey).join('.');
}

/**
 * The tables of a document while it is read, and which of their keys may still
 * be defined: a table that was only implied may be.
 */
export class TomlTables {
  readonly root: GoMap = {};
  /** The table that keys go to. */
  context: Key = [];
  /** The key whose value is read. */
  currentKey = '';
  /** Line of the key that was read last. */
  line = 1;
  private readonly implicit = new Set<string>();
  private readonly lists = new Set<string>();

  /** What is named as the last key in errors. */
  get current(): string {
    const context = keyText(this.context);
    if (this.currentKey === '') {
      return context;
    }
    return context === '' ? this.currentKey : `${context}.${this.currentKey}`;
  }

  private fail(message: string): never {
    throw new TomlProblem(message, this.line);
  }

  imply(key: Key): void {
    this.implicit.add(keyText(key));
  }

  /** The tables that a dotted key leads through. */
  implyContext(key: Key): void {
    this.imply(key);
    this.enter(key, false);
  }

  /** Makes a table, or one more of a list of tables, the context. */
  enter(key: Key, isList: boolean): void {
    let table = this.root;
    const parents: string[] = [];
    for (const part of key.slice(0, -1)) {
      parents.push(part);
      if (!Object.hasOwn(table, part)) {
        this.imply(parents);
        setOwn(table, part, {});
      }
      table =
        tableIn(table[part]) ??
        this.fail(`Key '${keyText(parents)}' was already created as a hash.`);
    }
    this.context = parents;
    const last = key[key.length - 1];
    if (isList) {
      this.addTable(table, key, last);
    } else {
      this.set(last, {});
    }
    this.context = [...this.context, last];
  }

  private addTable(table: GoMap, key: Key, last: string): void {
    if (!Object.hasOwn(table, last)) {
      setOwn(table, last, new GoTyped(TABLES, []));
    }
    const list = table[last];
    if (!isTables(list)) {
      this.fail(
        `Key '${keyText(key)}' was already created and cannot be used as an array.`,
      );
    }
    list.value.push({});
  }

  /** Says whether the value of a key, or without one the context, is a list. */
  setList(key: string, isList: boolean): void {
    const name = keyText(key === '' ? this.context : [...this.context, key]);
    if (isList) {
      this.lists.add(name);
    } else {
      this.lists.delete(name);
    }
  }

  set(key: string, value: unknown): void {
    let table = this.root;
    const path: string[] = [];
    for (const part of this.context) {
      path.push(part);
      table =
        tableIn(table[part]) ??
        this.fail(`Key '${keyText(path)}' has already been defined.`);
    }
    path.push(key);
    if (Object.hasOwn(table, key)) {
      const name = keyText(path);
      if (!this.implicit.delete(name)) {
        this.fail(`Key '${name}' has already been defined.`);
      }
      if (!this.lists.has(name)) {
        return;
      }
    }
    setOwn(table, key, value);
  }
}

function isTables(value: unknown): value is GoTyped<GoMap[]> {
  return value instanceof GoTyped && value.type === TABLES;
}

/** The table, or the last of a list of tables; undefined for other values. */
function tableIn(value: unknown): GoMap | undefined {
  if (isTables(value)) {
    return value.value[value.value.length - 1];
  }
  return isMap(value) ? value : undefined;
}
