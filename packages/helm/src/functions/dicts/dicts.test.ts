import { listFunctions } from '../lists';
import { describer } from '../types/testing/describeResult';
import { dictFunctions } from './index';

const describeResult = describer(new Map([...dictFunctions, ...listFunctions]));

describe('functions of maps', () => {
  // What Go printed.
  it.each([
    ['dict', 'map[string]interface {} map[]'],
    ['dict "a"', 'map[string]interface {} map[a:]'],
    ['dict 1 2 nil 3', 'map[string]interface {} map[1:2 <nil>:3]'],
    ['dict .bytes 1', 'map[string]interface {} map[hi:1]'],
    ['get .map "a"', 'float64 1'],
    ['get .map "x"', 'string '],
    ['get .map "nil"', '<nil> <nil>'],
    ['get nil "a"', 'string '],
    ['get .map "constructor"', 'string '],
    [
      'get .strmap "a"',
      'error: wrong type for value; expected map[string]interface {}; got map[string]string',
    ],
    ['get .named "a"', 'float64 1'],
    ['set (dict) "__proto__" 1', 'map[string]interface {} map[__proto__:1]'],
    [
      'set nil "a" 1',
      'error: error calling set: assignment to entry in nil map',
    ],
    ['unset (dict "a" 1 "b" 2) "a"', 'map[string]interface {} map[b:2]'],
    ['unset nil "a"', 'map[string]interface {} map[]'],
    ['hasKey .map "nil"', 'bool true'],
    ['hasKey .map "toString"', 'bool false'],
    ['hasKey nil "a"', 'bool false'],
    ['pluck "a" .map nil (dict) .named', '[]interface {} [1 1]'],
    ['keys .map nil (dict "z" 1)', '[]string [a nil z]'],
    ['values (dict "a" nil)', '[]interface {} [<nil>]'],
    ['pick .map "a" "x" "nil"', 'map[string]interface {} map[a:1 nil:<nil>]'],
    ['omit .map "a" "x"', 'map[string]interface {} map[nil:<nil>]'],
    ['omit nil "a"', 'map[string]interface {} map[]'],
    ['dig "a" "b" "d" (dict "a" (dict "b" 1))', 'int 1'],
    ['dig "a" "x" "d" (dict "a" (dict "b" 1))', 'string d'],
    ['dig "a" "d" (dict "a" nil)', '<nil> <nil>'],
    [
      'dig "a" "b" "d" (dict "a" 1)',
      'error: error calling dig: interface conversion: interface {} is int, not map[string]interface {}',
    ],
    [
      'dig "a" "b" "d" (dict "a" nil)',
      'error: error calling dig: interface conversion: interface {} is nil, not map[string]interface {}',
    ],
    [
      'dig "a" "d" .named',
      'error: error calling dig: interface conversion: interface {} is common.Values, not map[string]interface {}',
    ],
    [
      'dig "a" .map',
      'error: error calling dig: dig needs at least three arguments',
    ],
    [
      'dig 1 "d" .map',
      'error: error calling dig: interface conversion: interface {} is int, not string',
    ],
    [
      'deepCopy nil',
      'error: error calling deepCopy: reflect: call of reflect.Value.Type on zero Value',
    ],
    ['deepCopy .strmap', 'map[string]string map[a:1 b:]'],
    ['deepCopy .null', '[]interface {} []'],
    ['deepEqual 1 1.0', 'bool false'],
    ['deepEqual (list) .null', 'bool false'],
    ['deepEqual .strings (list "b" "a")', 'bool false'],
    ['deepEqual (dict "a" (list 1)) (dict "a" (list 1))', 'bool true'],
    ['deepEqual (dict "a" nil) (dict "b" nil)', 'bool false'],
    ['deepEqual .nan .nan', 'bool false'],
    ['deepEqual .bytes .bytes', 'bool true'],
    ['deepEqual nil .null', 'bool false'],
    ['deepEqual .named (dict "a" 1.0)', 'bool false'],
    [
      'merge (dict "a" 0 "b" "x" "c" nil) (dict "a" 1 "b" "y" "c" "z" "d" nil)',
      'map[string]interface {} map[a:1 b:x c:z]',
    ],
    [
      'mergeOverwrite (dict "a" 0 "b" "x" "c" 1) (dict "a" 1 "b" "" "c" nil)',
      'map[string]interface {} map[a:1 b: c:<nil>]',
    ],
    [
      'merge (dict "a" (dict "b" 1)) (dict "a" (dict "b" 2 "c" 3)) (dict "a" (list))',
      'map[string]interface {} map[a:map[b:1 c:3]]',
    ],
    [
      'mergeOverwrite (dict "a" (dict "b" 1)) (dict "a" "x")',
      'map[string]interface {} map[a:x]',
    ],
    [
      'mergeOverwrite (dict "a" (list 1 2)) (dict "a" (list))',
      'map[string]interface {} map[a:[]]',
    ],
    [
      'merge (dict "a" (list)) (dict "a" (list 1))',
      'map[string]interface {} map[a:[1]]',
    ],
    ['merge nil (dict "a" 1)', 'map[string]interface {} map[a:1]'],
    ['merge nil nil', 'map[string]interface {} map[]'],
    [
      'merge (dict "m" .strmap) (dict "m" (dict "b" "x"))',
      'error: error calling merge: reflect.Value.SetMapIndex: value of type interface {} is not assignable to type string',
    ],
    [
      'mustMerge (dict "m" (dict "a" "x")) (dict "m" .strmap)',
      'map[string]interface {} map[m:map[a:x b:]]',
    ],
    [
      'merge (dict) .strmap',
      'error: wrong type for value; expected map[string]interface {}; got map[string]string',
    ],
  ])('%s is %s', (expression, expected) => {
    expect(describeResult(expression)).toBe(expected);
  });
});
