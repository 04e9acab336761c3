import { dictFunctions } from '../dicts';
import { listFunctions } from '../lists';
import { numberFunctions } from '../numbers';
import { describer } from './testing/describeResult';
import { typeFunctions } from './index';

const describeResult = describer(
  new Map([
    ...typeFunctions,
    ...listFunctions,
    ...dictFunctions,
    ...numberFunctions,
  ]),
);

describe('functions of types', () => {
  // What Go printed.
  it.each([
    ['typeOf nil', 'string <nil>'],
    ['typeOf 1', 'string int'],
    ['typeOf 1.5', 'string float64'],
    ['typeOf .u64', 'string uint64'],
    ['typeOf .strings', 'string []string'],
    ['typeOf .named', 'string common.Values'],
    ['typeOf .dur', 'string time.Duration'],
    ['typeOf (list)', 'string []interface {}'],
    ['typeOf .bytes', 'string []uint8'],
    ['typeOf (until 1)', 'string []int'],
    ['typeOf (chunk 1 (list 1))', 'string [][]interface {}'],
    ['typeOf (div 4 2)', 'string int64'],
    ['typeOf .null', 'string []interface {}'],
    ['kindOf nil', 'string invalid'],
    ['kindOf .dur', 'string int64'],
    ['kindOf .named', 'string map'],
    ['kindOf .bytes', 'string slice'],
    ['kindOf true', 'string bool'],
    ['typeIs "int" 1', 'bool true'],
    ['typeIs "int" 1.0', 'bool false'],
    ['typeIsLike "int" 1', 'bool true'],
    ['typeIsLike "*int" 1', 'bool false'],
    ['kindIs "map" .strmap', 'bool true'],
    ['kindIs "invalid" nil', 'bool true'],
  ])('%s is %s', (expression, expected) => {
    expect(describeResult(expression)).toBe(expected);
  });
});
