import {
  getOwn,
  isJsonObject,
  JsonObject,
  JsonValue,
} from '@backstage-gitops/kubernetes-yaml';
import { quoteSingle } from '../text/quote';
import { showCount, showScalar, Violation } from './Violation';

export function violation(at: readonly string[], message: string): Violation {
  return { at, message, causes: [] };
}

export function push(found: Violation[], wrong: Violation | undefined): void {
  if (wrong) {
    found.push(wrong);
  }
}

export function asObject(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

export function missingFrom(
  table: JsonObject,
  names: JsonValue | undefined,
): string[] {
  return (Array.isArray(names) ? (names as string[]) : []).filter(
    name => !Object.hasOwn(table, name),
  );
}

export function quoteAll(names: readonly string[]): string {
  return names.map(quoteSingle).join(', ');
}

export function describeChoices(choices: readonly JsonValue[]): string {
  if (choices.some(item => typeof item === 'object' && item !== null)) {
    return "'enum' failed";
  }
  const texts = choices.map(showScalar);
  return texts.length === 1
    ? `value must be ${texts[0]}`
    : `value must be one of ${texts.join(', ')}`;
}

/** The first of the keywords that is there, as a number. */
export function count(
  schema: JsonObject,
  ...keys: string[]
): number | undefined {
  for (const key of keys) {
    const value = getOwn(schema, key);
    if (typeof value === 'number' || typeof value === 'bigint') {
      return Number(value);
    }
  }
  return undefined;
}

export function checkCount(
  what: 'Properties' | 'Items' | 'Length',
  got: number,
  schema: JsonObject,
  say: (message: string) => void,
): void {
  const least = count(schema, `min${what}`);
  if (least !== undefined && got < least) {
    say(`min${what}: got ${showCount(got)}, want ${showCount(least)}`);
  }
  const most = count(schema, `max${what}`);
  if (most !== undefined && got > most) {
    say(`max${what}: got ${showCount(got)}, want ${showCount(most)}`);
  }
}
