import type { Frame } from '../execute/Frame';
import type { GoFunction } from '../values/GoType';

/** Evaluates an expression: the value, `undefined` where there is none. */
export type Eval = (frame: Frame, dot: unknown) => unknown;

/** Executes a statement. */
export type Exec = (frame: Frame, dot: unknown) => Flow;

/** How a statement ended. */
export type Flow = 0 | 1 | 2;
export const NEXT: Flow = 0;
export const BREAK: Flow = 1;
export const CONTINUE: Flow = 2;

export interface Variable {
  readonly name: string;
  readonly slot: number;
  /** The slot that tells whether it is an element of interface type, or 0. */
  readonly origin: number;
}

/** What is known while one template is compiled. */
export class Unit {
  /** Slots for variables so far. */
  slots = 1;
  /** The slot that tells whether dot is an element of interface type, or 0. */
  dotOrigin = 0;
  private variables: Variable[] = [{ name: '$', slot: 0, origin: 0 }];

  constructor(readonly functions: ReadonlyMap<string, GoFunction>) {}

  newSlot(): number {
    return this.slots++;
  }

  declare(name: string, origin = 0): Variable {
    const variable = { name, slot: this.newSlot(), origin };
    this.variables.push(variable);
    return variable;
  }

  find(name: string): Variable | undefined {
    return this.variables.findLast(variable => variable.name === name);
  }

  /** Compiles something that has its own scope, and perhaps its own dot. */
  scoped<T>(compile: () => T, dotOrigin = this.dotOrigin): T {
    const { length } = this.variables;
    const outerOrigin = this.dotOrigin;
    this.dotOrigin = dotOrigin;
    const result = compile();
    this.variables.length = length;
    this.dotOrigin = outerOrigin;
    return result;
  }
}
