import { Failure } from '../CelError';
import type { FunctionTable } from '../functions/Overload';
import {
  DYN,
  fits,
  heldBy,
  join,
  listOf,
  optionalOf,
  typeNamed,
  typeText,
  type StaticType,
} from '../functions/StaticType';
import {
  dottedName,
  type CallNode,
  type Literal,
  type LoopNode,
  type Node,
  type OperatorNode,
} from '../syntax/Node';
import { TYPE_NAMES } from '../values/Value';

const BOOL = typeNamed('bool');
const NUMBERS = ['int', 'uint', 'double'];

type Types = ReadonlyMap<string, StaticType>;

/**
 * Finds the type of an expression before there are values, and what can never
 * work: names that nothing declares, functions for other types, lists of
 * mixed types. (What Flux has cel-go check of `readyExpr`.)
 *
 * @throws Failure with the offset of what cannot work
 */
export class Checker {
  readonly #functions: FunctionTable;

  constructor(functions: FunctionTable) {
    this.#functions = functions;
  }

  typeOf(node: Node, types: Types): StaticType {
    switch (node.kind) {
      case 'literal':
        return literalType(node.literal);
      case 'name':
        return this.#name(node.name, node.at, types);
      case 'select':
        return this.#select(node, types);
      case 'index':
        return this.#index(node, types);
      case 'has':
        this.#select({ ...node, kind: 'select', optional: false }, types);
        return BOOL;
      case 'call':
        return this.#call(node, types);
      case 'operator':
        return this.#operator(node, types);
      case 'and':
      case 'or':
        for (const arg of node.args) this.#expect(arg, BOOL, types);
        return BOOL;
      case 'conditional': {
        this.#expect(node.condition, BOOL, types);
        const yes = this.typeOf(node.yes, types);
        const no = this.typeOf(node.no, types);
        if (!fits(yes, no)) throw noOverload('_?_:_', [BOOL, yes, no], node.at);
        return join(yes, no);
      }
      case 'list': {
        const items = this.#items(node, types);
        return items.length === 0
          ? typeNamed('list')
          : listOf(this.#same(items));
      }
      case 'map':
        return this.#map(node, types);
      case 'loop':
        return this.#loop(node, types);
      case 'optionalMap': {
        const target = this.#expect(node.target, optionalOf(DYN), types);
        const inner = new Map(types).set(node.variable, heldBy(target));
        const body = this.typeOf(node.body, inner);
        return node.flat ? body : optionalOf(body);
      }
      default:
        return DYN;
    }
  }

  #expect(node: Node, wanted: StaticType, types: Types): StaticType {
    const found = this.typeOf(node, types);
    if (fits(found, wanted)) return found;
    throw new Failure(
      `expected type '${typeText(wanted)}' but found '${typeText(found)}'`,
      node.at,
    );
  }

  #name(name: string, at: number, types: Types): StaticType {
    const declared = types.get(name);
    if (declared) return declared;
    if (TYPE_NAMES.some(known => known === name)) return typeNamed('type');
    throw new Failure(`undeclared reference to '${name}'`, at);
  }

  #select(node: Node & { kind: 'select' }, types: Types): StaticType {
    const name = dottedName(node);
    if (
      TYPE_NAMES.some(known => known === name) &&
      !types.has(name!.split('.')[0])
    ) {
      return typeNamed('type');
    }
    const operand = this.typeOf(node.operand, types);
    const isOptional = operand.name === 'optional_type';
    const from = isOptional ? heldBy(operand) : operand;
    if (from.name !== 'dyn' && from.name !== 'map') {
      throw new Failure(
        `type '${typeText(from)}' does not support field selection`,
        node.at,
      );
    }
    const field = heldBy(from);
    return isOptional || node.optional ? optionalOf(field) : field;
  }

  #index(node: Node & { kind: 'index' }, types: Types): StaticType {
    const operand = this.typeOf(node.operand, types);
    const index = this.typeOf(node.index, types);
    const isOptional = operand.name === 'optional_type';
    const from = isOptional ? heldBy(operand) : operand;
    const wanted = indexTypeOf(from);
    const hasItems = ['dyn', 'list', 'map'].includes(from.name);
    if (!hasItems || !fits(index, wanted)) {
      throw noOverload('_[_]', [operand, index], node.at);
    }
    const item = heldBy(from);
    return isOptional || node.optional ? optionalOf(item) : item;
  }

  #call(node: CallNode, types: Types): StaticType {
    const { target, name, at } = node;
    const prefix = target && dottedName(target);
    const qualified = prefix ? `${prefix}.${name}` : name;
    const namespaced =
      prefix && this.#functions.find(qualified, false) !== undefined;
    const args = node.args.map(arg => {
      // What is formatted may be of many types.
      if (name !== 'format' || arg.kind !== 'list') {
        return this.typeOf(arg, types);
      }
      this.#items(arg, types);
      return listOf(DYN);
    });
    if (!target || namespaced) {
      return this.#overload(namespaced ? qualified : name, false, args, at);
    }
    const receiver = this.typeOf(target, types);
    if ((name === 'or' || name === 'orValue') && args.length === 1) {
      const isKnown = fits(receiver, optionalOf(DYN));
      const fitting =
        name === 'or'
          ? fits(args[0], receiver)
          : fits(args[0], heldBy(receiver));
      if (!isKnown || !fitting) throw noOverload(name, [receiver, ...args], at);
      // An optional value of no known type takes that of the other one.
      if (receiver.of.length === 0) return args[0];
      return name === 'or' ? receiver : join(heldBy(receiver), args[0]);
    }
    return this.#overload(name, true, [receiver, ...args], at);
  }

  #overload(
    name: string,
    isMethod: boolean,
    args: readonly StaticType[],
    at: number,
  ): StaticType {
    const overloads = this.#functions.find(name, isMethod);
    if (!overloads) throw new Failure(`undeclared reference to '${name}'`, at);
    const fitting = overloads.filter(
      ({ params }) =>
        params.length === args.length &&
        params.every((param, i) => fits(args[i], param)),
    );
    if (fitting.length === 0) throw noOverload(name, args, at);
    return fitting
      .map(candidate => candidate.result(args))
      .reduce((a, b) => join(a, b));
  }

  #operator({ operator, args, at }: OperatorNode, types: Types): StaticType {
    const found = args.map(arg => this.typeOf(arg, types));
    const [left, right] = found;
    switch (operator) {
      case '==':
      case '!=':
        if (!areComparable(left, right)) {
          throw noOverload(`_${operator}_`, found, at);
        }
        return BOOL;
      case '<':
      case '<=':
      case '>':
      case '>=':
        if (!isOrdered(left, right)) {
          throw noOverload(`_${operator}_`, found, at);
        }
        return BOOL;
      case 'in': {
        const isFound =
          right.name === 'dyn' ||
          (right.name === 'list' && fits(left, heldBy(right))) ||
          (right.name === 'map' && fits(left, right.of[0] ?? DYN));
        if (!isFound) throw noOverload('@in', found, at);
        return BOOL;
      }
      default:
        return this.#overload(operator, false, found, at);
    }
  }

  #loop(node: LoopNode, types: Types): StaticType {
    const range = this.typeOf(node.range, types);
    const item = range.name === 'map' ? (range.of[0] ?? DYN) : heldBy(range);
    if (!['dyn', 'list', 'map'].includes(range.name)) {
      throw new Failure(
        `expression of type '${typeText(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        node.range.at,
      );
    }
    const inner = new Map(types).set(node.variable, item);
    if (node.predicate) this.#expect(node.predicate, BOOL, inner);
    if (node.macro === 'filter') return listOf(item);
    if (!node.transform) return BOOL;
    return listOf(this.typeOf(node.transform, inner));
  }

  #map(node: Node & { kind: 'map' }, types: Types): StaticType {
    const keys = node.entries.map(({ key }) => ({
      at: key.at,
      type: this.typeOf(key, types),
    }));
    const values = node.entries.map(({ value, optional }) => ({
      at: value.at,
      type: this.#present(value, optional, types),
    }));
    return typeNamed('map', this.#same(keys), this.#same(values));
  }

  #items({ items }: Node & { kind: 'list' }, types: Types) {
    return items.map(item => ({
      at: item.node.at,
      type: this.#present(item.node, item.optional, types),
    }));
  }

  #present(node: Node, optional: boolean, types: Types): StaticType {
    if (!optional) return this.typeOf(node, types);
    return heldBy(this.#expect(node, optionalOf(DYN), types));
  }

  /** Flux allows lists and maps of one type only. */
  #same(items: readonly { at: number; type: StaticType }[]): StaticType {
    let same: StaticType | undefined;
    for (const { at, type } of items) {
      if (same && !isSame(type, same)) {
        throw new Failure(
          `expected type '${typeText(same)}' but found '${typeText(type)}'`,
          at,
        );
      }
      same = same ? join(same, type) : type;
    }
    return same ?? DYN;
  }
}

function indexTypeOf(collection: StaticType): StaticType {
  if (collection.name === 'list') return typeNamed('int');
  return collection.name === 'map' ? (collection.of[0] ?? DYN) : DYN;
}

/** Not even unknown types mix with known ones; but `[]` is of any. */
function isSame(a: StaticType, b: StaticType): boolean {
  return (
    a.name === b.name &&
    a.of.every((held, i) => !b.of[i] || isSame(held, b.of[i]))
  );
}

const NULLABLE = [
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
  'optional_type',
];

function areComparable(a: StaticType, b: StaticType): boolean {
  const isNull = [a, b].some(({ name }) => name === 'null_type');
  const isNullable = [a, b].some(({ name }) => NULLABLE.includes(name));
  return fits(a, b) || (isNull && isNullable);
}

function isOrdered(left: StaticType, right: StaticType): boolean {
  const areNumbers =
    NUMBERS.includes(left.name) && NUMBERS.includes(right.name);
  const hasOrder = ![left, right].some(({ name }) =>
    ['list', 'map', 'null_type', 'type', 'optional_type'].includes(name),
  );
  return hasOrder && (areNumbers || fits(left, right));
}

function noOverload(
  name: string,
  args: readonly StaticType[],
  at: number,
): Failure {
  return new Failure(
    `found no matching overload for '${name}' applied to '(${args.map(typeText).join(', ')})'`,
    at,
  );
}

function literalType(literal: Literal): StaticType {
  return typeNamed(literal.type === 'null' ? 'null_type' : literal.type);
}
