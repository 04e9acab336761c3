import { dictFunctions } from '../dicts';
import { describer } from '../types/testing/describeResult';
import { listFunctions } from './index';

const describeResult = describer(new Map([...listFunctions, ...dictFunctions]));

describe('functions of lists', () => {
  // What Go printed.
  it.each([
    ['list 1 nil', '[]interface {} [1 <nil>]'],
    ['tuple', '[]interface {} []'],
    ['list | len', 'int 0'],
    ['append .strings "c"', '[]interface {} [b a c]'],
    ['push (list) nil', '[]interface {} [<nil>]'],
    [
      'push nil 1',
      'error: error calling push: runtime error: invalid memory address or nil pointer dereference',
    ],
    ['push "abc" 1', 'error: error calling push: Cannot push on type string'],
    ['prepend .bytes 1', '[]interface {} [1 104 105]'],
    ['concat (list 1) .strings', '[]interface {} [1 b a]'],
    ['concat', '[]interface {} []'],
    [
      'concat (list) "x"',
      'error: error calling concat: Cannot concat type string as list',
    ],
    ['first .strings', 'string b'],
    ['first (list)', '<nil> <nil>'],
    ['last .ints', 'int 1'],
    ['last .map', 'error: error calling last: Cannot find last on type map'],
    ['rest (list 1 2)', '[]interface {} [2]'],
    ['rest (list)', '[]interface {} []'],
    ['initial (list 1 2)', '[]interface {} [1]'],
    ['initial (list)', '[]interface {} []'],
    [
      'initial nil',
      'error: error calling initial: runtime error: invalid memory address or nil pointer dereference',
    ],
    ['reverse .ints', '[]interface {} [1 3]'],
    ['reverse .null', '[]interface {} []'],
    [
      'uniq (list 1 1.0 "a" "a" nil nil (list) (list) (dict "a" 1) (dict "a" 1) .nan .nan)',
      '[]interface {} [1 1 a <nil> [] map[a:1] NaN NaN]',
    ],
    ['without .strings "a" nil', '[]interface {} [b]'],
    ['without (list 1 1.0 "1") 1', '[]interface {} [1 1]'],
    ['has 1 (list 1.0)', 'bool false'],
    ['has "a" .strings', 'bool true'],
    ['has nil (list nil)', 'bool true'],
    ['has 1 nil', 'bool false'],
    ['has 1 "1"', 'error: error calling has: Cannot find has on type string'],
    ['has .nan (list .nan)', 'bool false'],
    [
      'compact (list 0 "" nil false (list) (dict) 0.0 " ")',
      '[]interface {} [ ]',
    ],
    ['slice (list 1 2 3) 1', '[]interface {} [2 3]'],
    ['slice .strings 0 "1"', '[]string [b]'],
    ['slice .bytes 1 2', '[]uint8 [105]'],
    ['slice (list)', '<nil> <nil>'],
    [
      'slice (list 1) 0 2',
      'error: error calling slice: reflect.Value.Slice: slice index out of bounds',
    ],
    [
      'slice (list 1) -1',
      'error: error calling slice: reflect.Value.Slice: slice index out of bounds',
    ],
    [
      'slice "abc" 1',
      'error: error calling slice: list should be type of slice or array but string',
    ],
    ['chunk 2 (list 1 2 3)', '[][]interface {} [[1 2] [3]]'],
    ['chunk 3 (list)', '[][]interface {} []'],
    [
      'chunk 0 (list 1)',
      'error: error calling chunk: runtime error: makeslice: len out of range',
    ],
    ['chunk -2 (list 1)', '[][]interface {} [[1]]'],
    [
      'chunk -1 (list 1 2 3)',
      'error: error calling chunk: runtime error: makeslice: len out of range',
    ],
    ['chunk 9 .ints', '[][]interface {} [[3 1]]'],
    [
      'mustFirst 1',
      'error: error calling mustFirst: Cannot find first on type int',
    ],
    [
      'mustChunk 1 nil',
      'error: error calling mustChunk: runtime error: invalid memory address or nil pointer dereference',
    ],
    [
      'mustSlice nil',
      'error: error calling mustSlice: runtime error: invalid memory address or nil pointer dereference',
    ],
  ])('%s is %s', (expression, expected) => {
    expect(describeResult(expression)).toBe(expected);
  });
});
