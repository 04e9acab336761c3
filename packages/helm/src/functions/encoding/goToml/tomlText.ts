// eslint-disable-next-line no-control-regex
const SPECIAL = /["\\\0-\x1f\x7f]/g;
const BARE_KEY = /^[A-Za-z0-9_-]+$/;
const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\f', '\\f'],
  ['\r', '\\r'],
]);

function escapeUnit(unit: string): string {
  const hex = unit.charCodeAt(0).toString(16).padStart(4, '0');
  return SHORT_ESCAPES.get(unit) ?? `\\u${hex}`;
}

/** A basic string of TOML. */
export function quoteToml(text: string): string {
  return `"${text.replace(SPECIAL, escapeUnit)}"`;
}

/** One part of a key, in quotes where it needs them. */
export function tomlKey(part: string): string {
  return BARE_KEY.test(part) ? part : quoteToml(part);
}
