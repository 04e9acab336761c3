import { Expansion, Part } from './parseTemplate';
import { SubstitutionError } from './SubstitutionError';
import { trimPrefix, trimSuffix } from './trimPattern';

/** Values by name. */
export type Variables = ReadonlyMap<string, string>;

/** Those that stand for something else where there is no value. */
const DEFAULTS: ReadonlySet<string> = new Set(['=', ':=', ':-', ':?', ':+']);

/**
 * Puts values in the place of variables (fluxcd/pkg envsubst 1.x).
 *
 * @param options - `strict`: a variable without value and default is an error,
 * not nothing
 * @throws SubstitutionError
 */
export function expandTemplate(
  parts: readonly Part[],
  variables: Variables,
  options: { strict: boolean },
): string {
  return parts
    .map(part =>
      typeof part === 'string' ? part : expand(part, variables, options),
    )
    .join('');
}

function expand(
  { variable, operator, args: parts }: Expansion,
  variables: Variables,
  options: { strict: boolean },
): string {
  const args = parts.map(part => expandTemplate([part], variables, options));
  const value = variables.get(variable);
  if (value === undefined && options.strict && !DEFAULTS.has(operator)) {
    throw new SubstitutionError(
      `variable not set (strict mode): "${variable}"; set it in spec.postBuild, or give it a default: \${${variable}:=default}`,
    );
  }
  return transform(value ?? '', { variable, operator, args });
}

function transform(
  value: string,
  expansion: { variable: string; operator: string; args: string[] },
): string {
  const { operator, args } = expansion;
  const [first = '', second = ''] = args;
  switch (operator) {
    case '#':
      return args.length === 0
        ? String(Buffer.byteLength(value))
        : trimPrefix(value, first, 'shortest');
    case '##':
      return trimPrefix(value, first, 'longest');
    case '%':
      return trimSuffix(value, first, 'shortest');
    case '%%':
      return trimSuffix(value, first, 'longest');
    case '^^':
      return Array.from(value, toUpper).join('');
    case ',,':
      return Array.from(value, toLower).join('');
    case '^':
      return changeFirst(value, toUpper);
    case ',':
      return changeFirst(value, toLower);
    case ':':
      return substring(value, expansion);
    case '/':
      return value.replace(first, () => second);
    case '//':
      return first
        ? value.replaceAll(first, () => second)
        : ['', ...value].join(second) + second;
    case '/#':
      return args.length === 2 && value.startsWith(first)
        ? second + value.slice(first.length)
        : value;
    case '/%':
      return args.length === 2 && value.endsWith(first)
        ? value.slice(0, value.length - first.length) + second
        : value;
    default:
      return value === '' ? args.join('') : value;
  }
}

function changeFirst(
  value: string,
  change: (character: string) => string,
): string {
  const [character] = value;
  return character ? change(character) + value.slice(character.length) : '';
}

/** As Go does: one character for one, whatever stands around it. */
function toUpper(character: string): string {
  const upper = character.toUpperCase();
  return [...upper].length === 1 ? upper : character;
}

function toLower(character: string): string {
  const [lower] = character.toLowerCase();
  return lower;
}

/** By bytes, as in Flux; a character that is cut in two is an error. */
function substring(
  value: string,
  { variable, args }: { variable: string; args: string[] },
): string {
  const numbers = args.map(integerOf);
  if (numbers.includes(undefined)) {
    return value;
  }
  const bytes = Buffer.from(value);
  const [position = 0, length = bytes.length] = numbers;
  const start = position < 0 ? Math.max(bytes.length + position, 0) : position;
  if (length < 0 && start + length < bytes.length) {
    throw new SubstitutionError(`the length in \${${variable}:…} is negative`);
  }
  const part = bytes.subarray(start, Math.max(start + length, start));
  const text = part.toString('utf8');
  if (!Buffer.from(text).equals(part)) {
    throw new SubstitutionError(
      `\${${variable}:…} cuts a character in two: positions are counted in bytes`,
    );
  }
  return text;
}

/** Of 64 bits; beyond what a text can be long, the exact number is no matter. */
function integerOf(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) &&
    BigInt.asIntN(64, BigInt(text)) === BigInt(text)
    ? Number(text)
    : undefined;
}
