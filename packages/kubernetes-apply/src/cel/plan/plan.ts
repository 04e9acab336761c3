import { Failure, noSuchKey, noSuchOverload } from '../CelError';
import { includes } from '../functions/collections';
import {
  callOverload,
  type FunctionTable,
  type Overload,
} from '../functions/Overload';
import {
  dottedName,
  type CallNode,
  type Node,
  type OperatorNode,
} from '../syntax/Node';
import { compare, isEqual } from '../values/compare';
import {
  findItem,
  isDictionary,
  itemAt,
  List,
  LiteralDictionary,
  Optional,
  TYPE_NAMES,
  TypeValue,
  type Value,
} from '../values/Value';
import { evaluateConstant, valueOf } from './constants';
import { planAnd, planLoop, planOr, truth } from './logic';
import { withVariable, type Scope, type Step } from './Scope';

/** Makes steps of a tree; nothing is looked up by name that need not be. */
export class Planner {
  readonly #functions: FunctionTable;

  constructor(functions: FunctionTable) {
    this.#functions = functions;
  }

  /** Each step costs, and knows where it is. */
  plan(node: Node): Step {
    const step = this.#step(node);
    return scope => {
      scope.evaluation.budget.spend(1);
      try {
        return step(scope);
      } catch (error) {
        if (error instanceof Failure) error.offset ??= node.at;
        throw error;
      }
    };
  }

  #step(node: Node): Step {
    switch (node.kind) {
      case 'literal': {
        const value = valueOf(node.literal);
        return () => value;
      }
      case 'name':
        return planName(node.name);
      case 'select':
        return this.#select(node, node.optional);
      case 'index':
        return this.#index(node);
      case 'has': {
        const operand = this.plan(node.operand);
        return scope => hasField(operand(scope), node.field);
      }
      case 'call':
        return this.#call(node);
      case 'operator':
        return this.#operator(node);
      case 'and':
        return planAnd(node.args.map(arg => this.plan(arg)));
      case 'or':
        return planOr(node.args.map(arg => this.plan(arg)));
      case 'conditional': {
        const condition = this.plan(node.condition);
        const yes = this.plan(node.yes);
        const no = this.plan(node.no);
        return scope => (truth(condition(scope)) ? yes(scope) : no(scope));
      }
      case 'list':
        return this.#list(node.items);
      case 'map':
        return this.#map(node.entries);
      case 'loop':
        return planLoop({
          macro: node.macro,
          variable: node.variable,
          range: this.plan(node.range),
          predicate: node.predicate && this.plan(node.predicate),
          transform: node.transform && this.plan(node.transform),
        });
      case 'optionalMap': {
        const target = this.plan(node.target);
        const body = this.plan(node.body);
        return scope => {
          const found = target(scope);
          if (!(found instanceof Optional)) throw noSuchOverload();
          if (found.value === undefined) return found;
          const result = body(withVariable(scope, node.variable, found.value));
          return node.flat ? result : new Optional(result);
        };
      }
      default:
        return unreachable(node);
    }
  }

  #select(node: Node & { kind: 'select' }, optional: boolean): Step {
    const { field } = node;
    const name = dottedName(node);
    const type = TYPE_NAMES.find(known => known === name);
    const operand = this.plan(node.operand);
    if (type) {
      // A variable of the first name goes first.
      const [first] = type.split('.');
      const value = new TypeValue(type);
      return scope =>
        scope.variables.find(first) === undefined
          ? value
          : select(operand(scope), field, optional);
    }
    return scope => select(operand(scope), field, optional);
  }

  #index(node: Node & { kind: 'index' }): Step {
    const operand = this.plan(node.operand);
    const index = this.plan(node.index);
    return scope => {
      const from = operand(scope);
      const at = index(scope);
      if (from instanceof Optional) {
        return from.value === undefined
          ? from
          : new Optional(findItem(from.value, at));
      }
      return node.optional
        ? new Optional(findItem(from, at))
        : itemAt(from, at);
    };
  }

  #call(node: CallNode): Step {
    const { target, name } = node;
    const prefix = target && dottedName(target);
    const namespaced = prefix
      ? this.#functions.find(`${prefix}.${name}`, false)
      : undefined;
    if (namespaced || !target) {
      const overloads = namespaced ?? this.#functions.find(name, false);
      return this.#overloaded(overloads, node.args, name);
    }
    if (name === 'or' || name === 'orValue') {
      if (node.args.length === 1) return this.#orElse(target, node);
    }
    return this.#overloaded(
      this.#functions.find(name, true),
      [target, ...node.args],
      name,
    );
  }

  /** `or` and `orValue`: the other is evaluated only where it is needed. */
  #orElse(target: Node, { name, args }: CallNode): Step {
    const first = this.plan(target);
    const second = this.plan(args[0]);
    return scope => {
      const found = first(scope);
      if (!(found instanceof Optional)) throw noSuchOverload();
      if (found.value === undefined) {
        const other = second(scope);
        if (name === 'or' && !(other instanceof Optional)) {
          throw noSuchOverload();
        }
        return other;
      }
      return name === 'or' ? found : found.value;
    };
  }

  #overloaded(
    overloads: readonly Overload[] | undefined,
    nodes: readonly Node[],
    name: string,
  ): Step {
    // As Flux, which finds out when it evaluates.
    if (!overloads) {
      return () => {
        throw new Failure(`no such function: ${name}`);
      };
    }
    const constant = evaluateConstant(name, overloads, nodes);
    if (constant !== undefined) return () => constant;
    const args = nodes.map(arg => this.plan(arg));
    return scope =>
      callOverload(
        overloads,
        args.map(arg => arg(scope)),
        scope.evaluation,
      );
  }

  #operator({ operator, args }: OperatorNode): Step {
    const [left, right] = args.map(arg => this.plan(arg));
    switch (operator) {
      case '==':
      case '!=': {
        const wanted = operator === '==';
        return scope =>
          isEqual(left(scope), right(scope), scope.evaluation.budget) ===
          wanted;
      }
      case '<':
        return ordered(left, right, order => order < 0);
      case '<=':
        return ordered(left, right, order => order <= 0);
      case '>':
        return ordered(left, right, order => order > 0);
      case '>=':
        return ordered(left, right, order => order >= 0);
      case 'in':
        return scope => {
          const item = left(scope);
          const collection = right(scope);
          if (collection instanceof List) {
            return includes(collection, item, scope.evaluation);
          }
          if (collection === null || !isDictionary(collection)) {
            throw noSuchOverload();
          }
          return collection.find(item) !== undefined;
        };
      default:
        return this.#overloaded(
          this.#functions.find(operator, false),
          args,
          operator,
        );
    }
  }

  #list(items: readonly { node: Node; optional: boolean }[]): Step {
    const steps = items.map(({ node, optional }) => ({
      step: this.plan(node),
      optional,
    }));
    return scope => {
      const values: Value[] = [];
      for (const { step, optional } of steps) {
        const value = present(step(scope), optional);
        if (value !== undefined) values.push(value);
      }
      return List.of(values);
    };
  }

  #map(entries: (Node & { kind: 'map' })['entries']): Step {
    const steps = entries.map(({ key, value, optional }) => ({
      key: this.plan(key),
      value: this.plan(value),
      optional,
    }));
    return scope => {
      const map = new LiteralDictionary();
      for (const step of steps) {
        const key = step.key(scope);
        const value = present(step.value(scope), step.optional);
        if (value !== undefined) map.add(key, value);
      }
      return map;
    };
  }
}

function planName(name: string): Step {
  const type = TYPE_NAMES.find(known => known === name);
  const fallback = type && new TypeValue(type);
  return scope => {
    const value = scope.variables.find(name) ?? fallback;
    if (value !== undefined) return value;
    throw new Failure(`no such attribute(s): ${name}`);
  };
}

/** What an item written as `?item` stands for: nothing, perhaps. */
function present(value: Value, optional: boolean): Value | undefined {
  if (!optional) return value;
  if (!(value instanceof Optional)) throw noSuchOverload();
  return value.value;
}

function select(from: Value, field: string, optional: boolean): Value {
  if (from instanceof Optional) {
    return from.value === undefined
      ? from
      : new Optional(findItem(from.value, field));
  }
  const found = findItem(from, field);
  if (optional) return new Optional(found);
  if (found === undefined) throw noSuchKey(field);
  return found;
}

function hasField(from: Value, field: string): boolean {
  const value = from instanceof Optional ? from.value : from;
  return value !== undefined && findItem(value, field) !== undefined;
}

function ordered(
  left: Step,
  right: Step,
  holds: (order: number) => boolean,
): Step {
  return (scope: Scope) =>
    holds(compare(left(scope), right(scope), scope.evaluation.budget));
}

function unreachable(node: never): never {
  throw new Failure(`unknown syntax ${JSON.stringify(node)}`);
}
