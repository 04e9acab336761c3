import { isPlainString } from '@backstage-gitops/kubernetes-yaml';

/** How a scalar stands in a file. */
export type ScalarStyle = 'plain' | 'single' | 'double';

/** What may stand without quotes wherever it is, but for what it may be taken for. */
const PLAIN = /^[A-Za-z0-9_./][A-Za-z0-9_./@+:-]*$/;
/** Within `[]` and `{}`, older readers take a colon for the end of a key. */
const PLAIN_IN_FLOW = /^[A-Za-z0-9_./][A-Za-z0-9_./@+-]*$/;

/**
 * A text as a scalar that every reader of YAML, of 1.1 or 1.2, takes for that text.
 * Quotes that were there stay; others are added only where they are needed.
 */
export function spellScalar(
  text: string,
  { style, inFlow }: { style: ScalarStyle; inFlow: boolean },
): string {
  if (style === 'single' && isPrintable(text)) {
    return single(text);
  }
  if (style !== 'plain') {
    return double(text);
  }
  if (
    !isPlainString(text, 'yaml11') ||
    !isPlainString(text, 'go-yaml-v3') ||
    !isPrintable(text)
  ) {
    return double(text);
  }
  if ((inFlow ? PLAIN_IN_FLOW : PLAIN).test(text) && !text.endsWith(':')) {
    return text;
  }
  return single(text);
}

function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

function single(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** JSON's strings are YAML's, too. */
function double(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
