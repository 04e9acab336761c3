import {
  ANY,
  GoFunction,
  goFunction,
  kindOf as kindOfValue,
  STRING,
  typeOf as typeOfValue,
} from '@backstage-gitops/go-template';

/** The name of the type, as `%T` prints it. */
function typeOf(value: unknown): string {
  return value === null ? '<nil>' : typeOfValue(value).name;
}

function kindOf(value: unknown): string {
  return value === null ? 'invalid' : kindOfValue(value);
}

/** Also true of a pointer to the type. */
function typeIsLike(target: string, value: unknown): boolean {
  const type = typeOf(value);
  return target === type || `*${target}` === type;
}

/** What reflection says of values. */
export const typeFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['typeOf', goFunction([ANY], typeOf)],
  [
    'typeIs',
    goFunction(
      [STRING, ANY],
      (target: string, value: unknown) => target === typeOf(value),
    ),
  ],
  ['typeIsLike', goFunction([STRING, ANY], typeIsLike)],
  ['kindOf', goFunction([ANY], kindOf)],
  [
    'kindIs',
    goFunction(
      [STRING, ANY],
      (target: string, value: unknown) => target === kindOf(value),
    ),
  ],
]);
