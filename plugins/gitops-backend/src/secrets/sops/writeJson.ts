import { Document, isAlias, isMap, isScalar, isSeq, Node } from 'yaml';

/** As Go writes JSON for people: tabs, fields in their order, HTML escaped. */
export function writeJson(document: Document): string {
  return write(document, document.contents, '');
}

function write(document: Document, node: unknown, indent: string): string {
  const inner = `${indent}\t`;
  if (isAlias(node)) {
    return write(document, node.resolve(document), indent);
  }
  if (isMap(node)) {
    const fields = node.items.map(({ key, value }) => {
      const name = quote(String(isScalar(key) ? key.value : key));
      return `${inner}${name}: ${write(document, value, inner)}`;
    });
    return fields.length ? `{\n${fields.join(',\n')}\n${indent}}` : '{}';
  }
  if (isSeq(node)) {
    const items = node.items.map(
      item => `${inner}${write(document, item as Node, inner)}`,
    );
    return items.length ? `[\n${items.join(',\n')}\n${indent}]` : '[]';
  }
  const value = isScalar(node) ? node.value : node;
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'number':
      return JSON.stringify(value);
    default:
      return value instanceof Date ? quote(value.toISOString()) : 'null';
  }
}

function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
