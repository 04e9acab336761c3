import {
  ANY_MAP,
  goFunction,
  goInt,
  goInt64,
  GoError,
  GoMap,
  GoNil,
  GoNumber,
  GoType,
  GoTyped,
  isMap,
  plain,
  STRING,
  STRING_MAP,
} from '@backstage-gitops/go-template';
import { getOwn, JsonObject, setOwn } from '@backstage-gitops/kubernetes-yaml';
import type { Scope } from '../values/createRenderValues';
import { toYaml } from './toYaml';
import { createCapabilitiesObject } from './capabilitiesObject';
import { createFileTable } from './fileTable';

/** Helm's `common.Values`, which `.Values` and `.Template` are. */
const VALUES: GoType = {
  ...ANY_MAP,
  name: 'common.Values',
  underlying: ANY_MAP,
  methods: new Map([
    ['YAML', goFunction([STRING], (values: unknown) => `${toYaml(values)}\n`)],
    ['AsMap', goFunction([STRING], (values: GoTyped) => values.value)],
    ['Table', goFunction([STRING, STRING], tableOf)],
    ['PathValue', goFunction([STRING, STRING], valueAt)],
  ]),
};

function tableOf(values: GoTyped, path: string): GoTyped {
  let table = values.value as GoMap;
  for (const name of path.split('.')) {
    const next = plain(getOwn(table, name));
    if (!isMap(next)) {
      throw new GoError(`"${name}" is not a table`);
    }
    table = next;
  }
  return new GoTyped(VALUES, table);
}

function valueAt(values: GoTyped, path: string): unknown {
  const names = path.split('.');
  const last = names.pop()!;
  const table = names.length === 0 ? values : tableOf(values, names.join('.'));
  const value = getOwn(table.value as GoMap, last);
  if (value === undefined || isMap(plain(value))) {
    throw new GoError(`"${path}" is not a value`);
  }
  return value;
}

/** Copies data; what is one object stays one. */
class ValuesCopy {
  /** The copies, by what they are copies of. */
  readonly copies = new Map<object, unknown>();

  of(table: JsonObject): GoMap {
    return this.copy(table) as GoMap;
  }

  private copy(value: unknown): unknown {
    if (typeof value === 'bigint') {
      return goInt64(value);
    }
    if (
      typeof value !== 'object' ||
      value === null ||
      value instanceof GoNumber
    ) {
      return value;
    }
    const known = this.copies.get(value);
    if (known !== undefined) {
      return known;
    }
    if (Array.isArray(value)) {
      const list: unknown[] = [];
      this.copies.set(value, list);
      for (const item of value) {
        list.push(this.copy(item));
      }
      return list;
    }
    if (!isMap(value)) {
      return value;
    }
    const table: GoMap = {};
    this.copies.set(value, table);
    for (const key of Object.keys(value)) {
      setOwn(table, key, this.copy(value[key]));
    }
    return table;
  }
}

/** A chart as its templates see it: one `common.Values` for all of them. */
export type Dot = GoTyped<GoMap>;

/** What the templates of a rendering see. */
export interface Dots {
  readonly byScope: ReadonlyMap<Scope, Dot>;
  /** The dots, and all tables that templates can reach from them. */
  readonly shared: ReadonlySet<unknown>;
}

/**
 * What each scope's templates see as dot. Values and release are copies, so a
 * rendering that changes them can be repeated; charts share them as in Helm,
 * where a chart's values are a part of its parent's.
 */
export function createDots(root: Scope): Dots {
  const byScope = new Map<Scope, Dot>();
  const shared = new Set<unknown>();
  const values = new ValuesCopy();
  const release = values.of(root.release);
  release.Revision = asInteger(release.Revision);
  const capabilities = createCapabilitiesObject(root.capabilities);
  const create = (scope: Scope): GoMap => {
    const subcharts = {};
    const fields: GoMap = {
      Chart: describeChart(values.of(scope.chart)),
      Files: createFileTable(scope.files),
      Release: release,
      Capabilities: capabilities,
      Values: scope.isPlain
        ? values.of(scope.values)
        : new GoTyped(VALUES, values.of(scope.values)),
      Subcharts: subcharts,
    };
    byScope.set(scope, new GoTyped(VALUES, fields));
    for (const seen of [byScope.get(scope), fields, fields.Values, subcharts]) {
      shared.add(seen);
    }
    for (const [name, subchart] of scope.subcharts) {
      setOwn(subcharts, name, create(subchart));
    }
    return fields;
  };
  create(root);
  for (const copy of values.copies.values()) {
    shared.add(copy);
  }
  return { byScope, shared };
}

/** Sets `.Template` of a file. */
export function setTemplate(
  dot: Dot,
  template: { name: string; basePath: string; onRead: () => void },
): void {
  const fields = dot.value;
  const value = new GoTyped(VALUES, {
    Name: template.name,
    BasePath: template.basePath,
  });
  Object.defineProperty(fields, 'Template', {
    get: () => {
      template.onRead();
      return value;
    },
    // A chart may set it to what it likes, until the next file.
    set: (changed: unknown) => {
      Object.defineProperty(fields, 'Template', {
        value: changed,
        ...{ writable: true, enumerable: true, configurable: true },
      });
    },
    enumerable: true,
    configurable: true,
  });
}

function asInteger(revision: unknown): unknown {
  return typeof revision === 'number' ? goInt(revision) : revision;
}

/** Annotations are Go's `map[string]string`, nil where there are none. */
function describeChart(chart: GoMap): GoMap {
  const { Annotations: annotations } = chart;
  chart.Annotations =
    isMap(annotations) && Object.keys(annotations).length > 0
      ? new GoTyped(STRING_MAP, annotations)
      : new GoNil(STRING_MAP);
  return chart;
}
