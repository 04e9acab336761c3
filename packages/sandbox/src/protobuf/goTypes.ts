import { KINDS, MESSAGES } from './table';

/** The Go type of a built-in kind, or of a field in it. */
export interface GoType {
  readonly name: string;
  /** The type of a field's value, or of the entries of a list or map. */
  field(name: string): GoType | undefined;
}

/** The Go type of a kind; undefined for kinds without a protobuf form. */
export function goTypeOf(apiVersion: string, kind: string): GoType | undefined {
  const line = KINDS.split('\n').find(entry =>
    entry.startsWith(`${apiVersion}/${kind}=`),
  );
  return line === undefined
    ? undefined
    : typeAt(MESSAGES.split('\n'), parseInt(line.split('=')[1], 36));
}

function typeAt(messages: string[], id: number): GoType {
  const [name, body] = messages[id].split('|');
  const fields = new Map<string, number>();
  for (const entry of body.split(',').filter(Boolean)) {
    const [, field, flags, type] = entry.split(':');
    const reference = /#(\w+)$/.exec(type)?.[1];
    if (reference === undefined) continue;
    const target = parseInt(reference, 36);
    if (!flags.includes('^')) {
      fields.set(field, target);
      continue;
    }
    // Members of an inlined type are the type's own.
    for (const [inner, innerTarget] of referencesOf(messages, target)) {
      fields.set(inner, innerTarget);
    }
  }
  return {
    name,
    field: field => {
      const target = fields.get(field);
      return target === undefined ? undefined : typeAt(messages, target);
    },
  };
}

function referencesOf(messages: string[], id: number): Map<string, number> {
  const result = new Map<string, number>();
  for (const entry of messages[id].split('|')[1].split(',').filter(Boolean)) {
    const [, field, , type] = entry.split(':');
    const reference = /#(\w+)$/.exec(type)?.[1];
    if (reference !== undefined) result.set(field, parseInt(reference, 36));
  }
  return result;
}
