import { goQuote } from '../format/quote';
import { parseFloatLiteral, parseIntLiteral } from './literals';
import { NumberNode } from './nodes';
import { unquoteChar } from './unquote';

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);
const MAX_UINT = 2n ** 64n - 1n;

/** A number as a node, or the problem. */
export function parseNumber(
  text: string,
  kind: 'charConstant' | 'complex' | 'number',
  position: number,
): NumberNode | string {
  const node = { kind: 'number', text, position } as const;
  if (kind === 'charConstant') {
    const code = unquoteChar(text);
    if (typeof code === 'string') {
      return code === 'syntax'
        ? 'invalid syntax'
        : `malformed character constant: ${text}`;
    }
    return { ...node, int: BigInt(code), uint: BigInt(code), float: code };
  }
  if (kind === 'complex') {
    return parseComplex(node, text);
  }
  if (text.endsWith('i')) {
    const imaginary = parseFloatLiteral(text.slice(0, -1));
    if (imaginary !== undefined) {
      return simplify(node, 0, imaginary);
    }
  }
  const value = parseIntLiteral(text);
  const signed = /^[+-]/.test(text);
  const int =
    value !== undefined && value >= MIN_INT && value <= MAX_INT
      ? value
      : undefined;
  const uint =
    value !== undefined &&
    value >= 0n &&
    value <= MAX_UINT &&
    (!signed || value === 0n)
      ? value
      : undefined;
  if (int !== undefined || uint !== undefined) {
    return { ...node, int, uint, float: Number(int ?? uint) };
  }
  const float = parseFloatLiteral(text);
  if (float === undefined) {
    return `illegal number syntax: ${goQuote(text)}`;
  }
  if (!/[.eEpP]/.test(text)) {
    return `integer overflow: ${goQuote(text)}`;
  }
  return { ...node, float, ...integers(float) };
}

/** The integers a float stands for, if it does. */
function integers(float: number): { int?: bigint; uint?: bigint } {
  if (!Number.isInteger(float)) {
    return {};
  }
  const value = BigInt(float);
  return {
    int: value >= MIN_INT && value <= MAX_INT ? value : undefined,
    uint: value >= 0n && value <= MAX_UINT ? value : undefined,
  };
}

function parseComplex(
  node: Pick<NumberNode, 'kind' | 'text' | 'position'>,
  text: string,
): NumberNode | string {
  const split = text.slice(1).search(/(?<![eEpP])[+-]/) + 1;
  const real = parseFloatLiteral(text.slice(0, split));
  const imaginary = parseFloatLiteral(text.slice(split, -1));
  return real === undefined || imaginary === undefined
    ? 'syntax error scanning complex number'
    : simplify(node, real, imaginary);
}

/** A complex number without imaginary part is also a float. */
function simplify(
  node: Pick<NumberNode, 'kind' | 'text' | 'position'>,
  real: number,
  imaginary: number,
): NumberNode {
  const complex = { real, imaginary };
  return imaginary === 0
    ? { ...node, complex, float: real, ...integers(real) }
    : { ...node, complex };
}
