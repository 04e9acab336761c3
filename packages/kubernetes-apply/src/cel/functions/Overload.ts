import type { RE2JS } from 're2js';
import type { Budget } from '../Budget';
import { noSuchOverload } from '../CelError';
import {
  Duration,
  isDictionary,
  List,
  Optional,
  Timestamp,
  Uint,
  typeNameOf,
  type Dictionary,
  type TypeName,
  type Value,
} from '../values/Value';
import { DYN, typeNamed, type StaticType } from './StaticType';

/** What a function may use. */
export interface Evaluation {
  readonly budget: Budget;
  /** Compiles a pattern of RE2, or finds it compiled. */
  pattern(text: string): RE2JS;
}

/** One form of a function. */
export interface Overload {
  /** The first is the receiver of a method. */
  params: readonly StaticType[];
  result(args: readonly StaticType[]): StaticType;
  run(args: readonly Value[], evaluation: Evaluation): Value;
}

type ParamName = TypeName | 'dyn';

/** The functions that expressions may call, by name. */
export class FunctionTable {
  readonly #functions = new Map<string, Overload[]>();
  readonly #methods = new Map<string, Overload[]>();

  /** `name(args)`; the name may have dots. */
  define(name: string, ...overloads: Overload[]): this {
    return this.#add(this.#functions, name, overloads);
  }

  /** `receiver.name(args)` */
  method(name: string, ...overloads: Overload[]): this {
    return this.#add(this.#methods, name, overloads);
  }

  find(name: string, isMethod: boolean): readonly Overload[] | undefined {
    return (isMethod ? this.#methods : this.#functions).get(name);
  }

  #add(map: Map<string, Overload[]>, name: string, overloads: Overload[]) {
    map.set(name, [...(map.get(name) ?? []), ...overloads]);
    return this;
  }
}

/** An overload with types that depend on nothing. */
export function overload(
  params: readonly ParamName[],
  result: ParamName,
  run: Overload['run'],
): Overload {
  const type = typeNamed(result);
  return {
    params: params.map(name => typeNamed(name)),
    result: () => type,
    run,
  };
}

/** Runs the first form that takes such values. */
export function callOverload(
  overloads: readonly Overload[],
  args: readonly Value[],
  evaluation: Evaluation,
): Value {
  evaluation.budget.spend(1);
  for (const candidate of overloads) {
    if (candidate.params.length !== args.length) continue;
    const takes = candidate.params.every(
      ({ name }, i) => name === DYN.name || name === typeNameOf(args[i]),
    );
    if (takes) return candidate.run(args, evaluation);
  }
  throw noSuchOverload();
}

// An overload has checked the types of what it is run with; these say so to
// the compiler, and fail as other values would where it has not.

export function text(value: Value): string {
  if (typeof value === 'string') return value;
  throw noSuchOverload();
}

export function integer(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  throw noSuchOverload();
}

export function double(value: Value): number {
  if (typeof value === 'number') return value;
  throw noSuchOverload();
}

export function bytes(value: Value): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw noSuchOverload();
}

export function uint(value: Value): Uint {
  if (value instanceof Uint) return value;
  throw noSuchOverload();
}

export function list(value: Value): List {
  if (value instanceof List) return value;
  throw noSuchOverload();
}

export function dictionary(value: Value): Dictionary {
  if (value !== null && isDictionary(value)) return value;
  throw noSuchOverload();
}

export function timestamp(value: Value): Timestamp {
  if (value instanceof Timestamp) return value;
  throw noSuchOverload();
}

export function duration(value: Value): Duration {
  if (value instanceof Duration) return value;
  throw noSuchOverload();
}

export function optional(value: Value): Optional {
  if (value instanceof Optional) return value;
  throw noSuchOverload();
}
