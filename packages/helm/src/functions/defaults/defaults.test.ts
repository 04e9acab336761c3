import { dictFunctions } from '../dicts';
import { listFunctions } from '../lists';
import { describer } from '../types/testing/describeResult';
import { defaultFunctions } from './index';

const describeResult = describer(
  new Map([...defaultFunctions, ...listFunctions, ...dictFunctions]),
);

describe('functions of defaults', () => {
  // What Go printed.
  it.each([
    ['default "x"', 'string x'],
    ['default "x" nil', 'string x'],
    ['default "x" 0.0', 'string x'],
    ['default "x" false', 'string x'],
    ['default "x" .nan', 'float64 NaN'],
    ['default "x" .map', 'map[string]interface {} map[a:1 nil:<nil>]'],
    ['default "x" (dict "a" nil)', 'map[string]interface {} map[a:<nil>]'],
    ['default 1 .null', 'int 1'],
    ['default "x" .strmap', 'map[string]string map[a:1 b:]'],
    ['default "x" "a" "b"', 'string a'],
    ['empty .dur', 'bool true'],
    ['empty .bytes', 'bool false'],
    ['empty .json', 'bool false'],
    ['coalesce', '<nil> <nil>'],
    ['coalesce 0 nil "" (list) "a" "b"', 'string a'],
    ['coalesce 0 nil', '<nil> <nil>'],
    ['all', 'bool true'],
    ['all 1 0', 'bool false'],
    ['all 1 "a"', 'bool true'],
    ['any', 'bool false'],
    ['any 0 nil 1', 'bool true'],
    ['any 0', 'bool false'],
    ['ternary 1 2 true', 'int 1'],
    ['ternary 1 2 false', 'int 2'],
    ['ternary 1 2 nil', 'error: cannot assign nil to bool'],
    ['ternary 1 2 1', 'error: expected bool; found 1'],
    ['true | ternary "a" "b"', 'string a'],
  ])('%s is %s', (expression, expected) => {
    expect(describeResult(expression)).toBe(expected);
  });
});
