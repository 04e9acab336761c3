import { isMap, isScalar, parseAllDocuments, Scalar, visit } from 'yaml';

/** What stands for a value. */
const MASK = "'***'";

/** How the actions of templates begin. */
const TEMPLATE = '{{';

/** Fields of a Secret that hold values. */
const FIELDS: ReadonlySet<string> = new Set(['data', 'stringData']);

/** Text to be shown. */
export interface MaskedText {
  /** Undefined where it could not be told what of it is secret. */
  text: string | undefined;
  masked: boolean;
}

/**
 * The text of a manifest with the values of its Secrets masked, all else as it
 * was written. A template is shown as it is, for its values are elsewhere; of
 * other text that holds a Secret and is no YAML nothing is shown.
 */
export function maskSecrets(text: string): MaskedText {
  if (!/\bSecret(List)?\b/.test(text)) {
    return { text, masked: false };
  }
  const documents = parseAllDocuments(text, { keepSourceTokens: false });
  const list = Array.isArray(documents) ? documents : [];
  if (list.some(({ errors }) => errors.length > 0)) {
    const isTemplate = text.includes(TEMPLATE);
    return { text: isTemplate ? text : undefined, masked: !isTemplate };
  }
  const ranges: [start: number, end: number][] = [];
  for (const document of list) {
    visit(document, {
      Map(_, map) {
        const kind = map.get('kind');
        if (kind !== 'Secret') {
          return undefined;
        }
        for (const { key, value } of map.items) {
          const isData = isScalar(key) && FIELDS.has(String(key.value));
          if (isData && isMap(value)) {
            ranges.push(...value.items.flatMap(item => rangeOf(item.value)));
          } else if (isData) {
            ranges.push(...rangeOf(value));
          }
        }
        return undefined;
      },
    });
  }
  const values = ranges
    .filter(([start, end]) => !text.slice(start, end).includes(TEMPLATE))
    .sort(([a], [b]) => b - a);
  return {
    text: values.reduce(
      (shown, [start, end]) =>
        `${shown.slice(0, start)}${MASK}${shown.slice(end)}`,
      text,
    ),
    masked: values.length > 0,
  };
}

function rangeOf(value: unknown): [number, number][] {
  const node = value as Scalar | null | undefined;
  const range = node?.range;
  // What follows a block scalar is its own last line break, which must stay.
  return range && range[1] > range[0]
    ? [[range[0], isBlock(node) ? range[1] - 1 : range[1]]]
    : [];
}

function isBlock(node: Scalar): boolean {
  return node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
}
