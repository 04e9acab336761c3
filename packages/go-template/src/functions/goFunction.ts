import { GoFunction, GoType } from '../values/GoType';

/**
 * An error that a function returns, as a Go function does; the message reaches
 * the user as `error calling NAME: MESSAGE`.
 *
 * @public
 */
export class GoError extends Error {
  readonly code = 'function';
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'GoError';
  }
}

/**
 * Declares a function for templates. The arguments of `call` have the types
 * declared, so it may name them: `goFunction([STRING], (text: string) => …)`.
 *
 * @public
 */
export function goFunction<A extends readonly unknown[]>(
  parameters: readonly GoType[],
  call: (...args: A) => unknown,
  options: { variadic?: GoType; needsRun?: boolean } = {},
): GoFunction {
  return {
    parameters,
    variadic: options.variadic,
    needsRun: options.needsRun,
    // The compiler of templates checks arguments against `parameters`.
    call: call as (...args: readonly unknown[]) => unknown,
  };
}
