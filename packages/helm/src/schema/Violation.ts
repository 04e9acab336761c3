import { JsonValue } from '@backstage-gitops/kubernetes-yaml';
import { formatFloat, quoteSingle } from '../text/quote';

/** Something in the values that a schema does not allow. */
export interface Violation {
  /** Names and indices from the root of the values. */
  at: readonly string[];
  message: string;
  causes: readonly Violation[];
  /** Of a reference, which is not told where it has but one cause. */
  isReference?: boolean;
  /** Several at one place; its causes stand for it where it can be dropped. */
  isGroup?: boolean;
}

/** The lines that Helm 4 prints of a violation. */
export function printViolation(violation: Violation, indent = 0): string[] {
  const hidden = violation.isReference && violation.causes.length === 1;
  const pointer = violation.at
    .map(name => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
  const own = hidden
    ? []
    : [
        `${'  '.repeat(indent)}- at ${quoteSingle(pointer)}: ${violation.message}`,
      ];
  const inner = hidden ? indent : indent + 1;
  return [
    ...own,
    ...violation.causes.flatMap(cause => printViolation(cause, inner)),
  ];
}

/** A scalar as messages show it. */
export function showScalar(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return quoteSingle(value);
    case 'number':
      return formatFloat(value);
    case 'object':
      return value === null ? '<nil>' : 'value';
    default:
      return String(value);
  }
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A number in the form of messages: `1,234.5`, and `1×10⁰⁶` from there. */
export function showNumber(value: number): string {
  const [digits, power] = value.toExponential().split('e');
  const exponent = Number(power);
  if (value !== 0 && (exponent < -4 || exponent >= 6)) {
    const raised = String(Math.abs(exponent))
      .padStart(2, '0')
      .replace(/[0-9]/g, digit => SUPERSCRIPTS[Number(digit)]);
    return `${digits}×10${exponent < 0 ? '⁻' : ''}${raised}`;
  }
  const [whole, fraction] = String(value).split('.');
  const grouped = whole.replace(/\B(?=(?:[0-9]{3})+$)/g, ',');
  return fraction ? `${grouped}.${fraction}` : grouped;
}

/** A count in the form of messages. */
export function showCount(value: number): string {
  return String(value).replace(/\B(?=(?:[0-9]{3})+$)/g, ',');
}
