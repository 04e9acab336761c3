import {
  GoEntries,
  goFunction,
  GoStruct,
  GoTyped,
  GoType,
  mapType,
  sliceType,
  STRING,
  STRING_MAP,
} from '@backstage-gitops/go-template';
import { EditedObject } from '../../setters/editFile';
import { ImageChange } from '../ImageChange';
import { MessageData } from './MessageData';

// The types have Flux's names and fields: templates see them, and so do errors.

const CHANGE: GoType = {
  name: 'update.Change',
  kind: 'struct',
  fields: ['OldValue', 'NewValue', 'Setter'],
};
const CHANGES = sliceType(CHANGE);

const TYPE_META: GoType = {
  name: 'yaml.TypeMeta',
  kind: 'struct',
  fields: ['APIVersion', 'Kind'],
};
const NAME_META: GoType = {
  name: 'yaml.NameMeta',
  kind: 'struct',
  fields: ['Name', 'Namespace'],
};
const RESOURCE: GoType = {
  name: 'yaml.ResourceIdentifier',
  kind: 'struct',
  fields: [...embedding(TYPE_META), ...embedding(NAME_META)],
  layout: ['TypeMeta', 'NameMeta'],
};
const OBJECT: GoType = {
  name: 'update.ObjectIdentifier',
  kind: 'struct',
  fields: embedding(RESOURCE),
  layout: ['ResourceIdentifier'],
};
const OBJECT_CHANGES: GoType = {
  ...mapType(OBJECT, CHANGES),
  name: 'update.ObjectChanges',
};
const FILE_CHANGES = mapType(STRING, OBJECT_CHANGES);

const AUTOMATION: GoType = {
  name: 'types.NamespacedName',
  kind: 'struct',
  fields: ['Namespace', 'Name'],
  text: namespacedName,
  methods: new Map([
    [
      'String',
      goFunction(
        [{ name: 'types.NamespacedName', kind: 'struct' }],
        namespacedName,
      ),
    ],
  ]),
};

/** All that was changed; a struct with methods, as templates call them. */
class Result extends GoStruct {
  static readonly TYPE: GoType = {
    name: 'update.Result',
    kind: 'struct',
    fields: ['FileChanges'],
    methods: new Map([
      [
        'Changes',
        goFunction([{ name: 'update.Result', kind: 'struct' }], (it: Result) =>
          goChanges(distinct(it.changes)),
        ),
      ],
      [
        'Objects',
        goFunction([{ name: 'update.Result', kind: 'struct' }], (it: Result) =>
          byObject(it.changes),
        ),
      ],
    ]),
  };

  constructor(readonly changes: readonly ImageChange[]) {
    super(Result.TYPE, {
      FileChanges: new GoTyped(
        FILE_CHANGES,
        Object.fromEntries(
          [...groupBy(changes, ({ file }) => file)].map(([file, those]) => [
            file,
            byObject(those),
          ]),
        ),
      ),
    });
  }
}

const DATA: GoType = {
  name: 'source.TemplateData',
  kind: 'struct',
  fields: ['AutomationObject', 'Changed', 'Values'],
};

/** What templates see as dot (image-automation-controller 1.2). */
export function goData({
  namespace,
  name,
  values,
  changes,
}: MessageData): GoStruct {
  return new GoStruct(DATA, {
    AutomationObject: new GoStruct(AUTOMATION, {
      Namespace: namespace,
      Name: name,
    }),
    Changed: new Result(changes),
    Values: new GoTyped(STRING_MAP, { ...values }),
  });
}

function namespacedName(value: unknown): string {
  const { Namespace, Name } = (value as GoStruct).fields;
  return `${Namespace}/${Name}`;
}

/** A struct within another one: itself, and what it lends to that. */
function embedding(type: GoType): string[] {
  return [type.name.replace(/^.*\./, ''), ...type.fields!];
}

function byObject(changes: readonly ImageChange[]): GoTyped {
  const keyOf = ({ object: o }: ImageChange) =>
    JSON.stringify([o.apiVersion, o.kind, o.name, o.namespace]);
  const entries = [...groupBy(changes, keyOf)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, those]) => [goObject(those[0].object), goChanges(those)] as const);
  return new GoTyped(OBJECT_CHANGES, new GoEntries(entries));
}

function goObject(object: EditedObject): GoStruct {
  const { apiVersion, kind, name, namespace } = object;
  const type = { APIVersion: apiVersion, Kind: kind };
  const meta = { Name: name, Namespace: namespace };
  const parts = {
    TypeMeta: new GoStruct(TYPE_META, type),
    NameMeta: new GoStruct(NAME_META, meta),
    ...type,
    ...meta,
  };
  return new GoStruct(OBJECT, {
    ResourceIdentifier: new GoStruct(RESOURCE, parts),
    ...parts,
  });
}

function goChanges(changes: readonly ImageChange[]): GoTyped {
  return new GoTyped(
    CHANGES,
    changes.map(
      ({ oldValue, newValue, setter }) =>
        new GoStruct(CHANGE, {
          OldValue: oldValue,
          NewValue: newValue,
          Setter: setter,
        }),
    ),
  );
}

/** Each change once, in the order in which they were made. */
function distinct(changes: readonly ImageChange[]): readonly ImageChange[] {
  const keyOf = ({ oldValue, newValue, setter }: ImageChange) =>
    JSON.stringify([oldValue, newValue, setter]);
  return [...groupBy(changes, keyOf).values()].map(([first]) => first);
}

function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) {
      group.push(item);
    } else {
      groups.set(keyOf(item), [item]);
    }
  }
  return groups;
}
