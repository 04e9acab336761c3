import { configMap, MANAGER } from '../__testUtils__/objects';
import { isForeignChange, traceOf } from './trace';

const entry = (
  manager: string,
  time: string,
  keys: string[],
  subresource?: string,
) => ({
  manager,
  operation: manager === MANAGER ? 'Apply' : 'Update',
  time: `2026-01-01T00:00:0${time}Z`,
  ...(subresource ? { subresource } : {}),
  fieldsV1: { 'f:data': Object.fromEntries(keys.map(k => [`f:${k}`, {}])) },
});

const trace = (...managedFields: object[]) =>
  traceOf(
    configMap('a', {}, { uid: 'u', managedFields } as never),
    'n/o',
    manager => manager === MANAGER,
  );

const before = trace(entry(MANAGER, '1', ['a', 'b']), entry('x', '0', ['c']));

describe('isForeignChange', () => {
  it.each([
    [
      'nothing',
      [entry(MANAGER, '1', ['a', 'b']), entry('x', '0', ['c'])],
      false,
    ],
    [
      'another order',
      [entry('x', '0', ['c']), entry(MANAGER, '1', ['a', 'b'])],
      false,
    ],
    [
      'a value taken',
      [entry(MANAGER, '1', ['b']), entry('x', '2', ['a', 'c'])],
      true,
    ],
    [
      'a field removed',
      [entry(MANAGER, '1', ['b']), entry('x', '0', ['c'])],
      true,
    ],
    ['all of it', [entry('x', '2', ['a', 'b', 'c'])], true],
    [
      'an addition',
      [entry(MANAGER, '1', ['a', 'b']), entry('x', '2', ['c', 'd'])],
      false,
    ],
    [
      'a status',
      [
        entry(MANAGER, '1', ['a', 'b']),
        entry('x', '0', ['c']),
        entry('k', '3', ['s'], 'status'),
      ],
      false,
    ],
    ['our own', [entry(MANAGER, '2', ['a']), entry('x', '0', ['c'])], false],
    [
      'our own within a second',
      [entry(MANAGER, '1', ['a', 'b', 'd']), entry('x', '0', ['c'])],
      false,
    ],
    [
      'our own and then another',
      [entry(MANAGER, '2', ['a', 'b']), entry('x', '3', ['c', 'd'])],
      true,
    ],
  ])('%s: %j', (_, managedFields, expected) => {
    expect(isForeignChange(before, trace(...managedFields))).toBe(expected);
  });
});
