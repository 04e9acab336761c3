import {
  ANY,
  compareStrings,
  GoError,
  GoFunction,
  goFunction,
} from '@backstage-gitops/go-template';
import { jsonValue } from './jsonValue';

const ESCAPED = /[<>&\u2028\u2029]/g;

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A text as Go writes it; `raw` leaves what HTML would read as it is. */
function text(value: string, raw: boolean): string {
  const quoted = JSON.stringify(value);
  return quoted.replace(raw ? /[\u2028\u2029]/g : ESCAPED, escapeUnit);
}

/** Writes what {@link jsonValue} gives; keys are sorted by their bytes. */
function write(value: unknown, raw: boolean, line: string): string {
  const inner = line && `${line}  `;
  if (Array.isArray(value)) {
    const parts = value.map(element => write(element, raw, inner));
    return parts.length ? `[${inner}${parts.join(`,${inner}`)}${line}]` : '[]';
  }
  if (typeof value === 'object' && value !== null) {
    const separator = line ? ': ' : ':';
    const parts = Object.entries(value)
      .sort(([a], [b]) => compareStrings(a, b))
      .map(
        ([key, element]) =>
          text(key, raw) + separator + write(element, raw, inner),
      );
    return parts.length ? `{${inner}${parts.join(`,${inner}`)}${line}}` : '{}';
  }
  if (typeof value === 'string') {
    return text(value, raw);
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The function and its must-variant, which alone fails. */
function pair(name: string, raw: boolean, line: string) {
  const must = (value: unknown) => write(jsonValue(value), raw, line);
  const lenient = (value: unknown) => {
    try {
      return must(value);
    } catch (error) {
      if (error instanceof GoError) {
        return '';
      }
      throw error;
    }
  };
  const mustName = `must${name[0].toUpperCase()}${name.slice(1)}`;
  return [
    [name, goFunction([ANY], lenient)] as const,
    [mustName, goFunction([ANY], must)] as const,
  ];
}

/** `toJson`, `toPrettyJson`, `toRawJson` and their must-variants. */
export const jsonFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ...pair('toJson', false, ''),
  ...pair('toPrettyJson', false, '\n'),
  ...pair('toRawJson', true, ''),
]);
