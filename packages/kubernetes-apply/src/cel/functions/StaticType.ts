import type { TypeName } from '../values/Value';

/** What is known of a value before there is any; `dyn`: nothing. */
export interface StaticType {
  name: TypeName | 'dyn';
  /** Of items, of keys and values, of what is optional. */
  of: readonly StaticType[];
}

export const DYN: StaticType = { name: 'dyn', of: [] };

export function typeNamed(
  name: TypeName | 'dyn',
  ...of: StaticType[]
): StaticType {
  return name === 'dyn' ? DYN : { name, of };
}

export const listOf = (item: StaticType) => typeNamed('list', item);
export const optionalOf = (value: StaticType) =>
  typeNamed('optional_type', value);

/** What lists and maps hold, what is optional; nothing is known of others. */
export function heldBy(type: StaticType): StaticType {
  return type.of[type.of.length - 1] ?? DYN;
}

/** Whether a value of one type may be where the other is asked for. */
export function fits(type: StaticType, wanted: StaticType): boolean {
  if (type.name === 'dyn' || wanted.name === 'dyn') return true;
  if (type.name !== wanted.name) return false;
  return type.of.every((held, i) => fits(held, wanted.of[i] ?? DYN));
}

/** Of a value that is of the one type or of the other. */
export function join(a: StaticType, b: StaticType): StaticType {
  if (a.name !== b.name || a.of.length !== b.of.length) return DYN;
  return { name: a.name, of: a.of.map((held, i) => join(held, b.of[i])) };
}

export function typeText({ name, of }: StaticType): string {
  return of.length > 0 ? `${name}(${of.map(typeText).join(', ')})` : name;
}
