import { defaultFunctions } from '../defaults';
import { listFunctions } from '../lists';
import { renderer } from '../types/testing/describeResult';
import { dictFunctions } from './index';

const render = renderer(
  new Map([...dictFunctions, ...listFunctions, ...defaultFunctions]),
);

describe('what maps share', () => {
  // What Go printed.
  it.each([
    [
      'set and unset change the map itself',
      '{{ $a := dict "x" 1 }}{{ $b := set $a "y" 2 }}{{ $c := unset $a "x" }}{{ $a }}{{ $b }}{{ $c }}',
      'map[y:2]map[y:2]map[y:2]',
    ],
    [
      'a merge shares maps that were absent',
      '{{ $s := dict "m" (dict "k" 1) }}{{ $d := merge (dict) $s }}{{ $_ := set $d.m "k" 2 }}{{ $s }}',
      'map[m:map[k:2]]',
    ],
    [
      'a merge shares an empty map with an empty map',
      '{{ $s := dict "m" (dict) }}{{ $d := merge (dict "m" (dict)) $s }}{{ $_ := set $s.m "k" 2 }}{{ $d }}',
      'map[m:map[k:2]]',
    ],
    [
      'a merge fills a map that is there, and does not share it',
      '{{ $s := dict "m" (dict "k" 1) }}{{ $d := merge (dict "m" (dict)) $s }}{{ $_ := set $d.m "k" 2 }}{{ $s }}{{ $d }}',
      'map[m:map[k:1]]map[m:map[k:2]]',
    ],
    [
      'pick and omit share what is in maps',
      '{{ $s := dict "m" (dict "k" 1) }}{{ $_ := set (pick $s "m").m "k" 2 }}{{ $s }}{{ $_ := set (omit $s "x").m "k" 3 }}{{ $s }}',
      'map[m:map[k:2]]map[m:map[k:3]]',
    ],
    [
      'a deep copy shares nothing',
      '{{ $s := dict "m" (list (dict "k" 1)) }}{{ $c := deepCopy $s }}{{ $_ := set (first $c.m) "k" 2 }}{{ $s }}{{ $c }}',
      'map[m:[map[k:1]]]map[m:[map[k:2]]]',
    ],
    [
      'append shares no list',
      '{{ $l := list 1 }}{{ $a := append $l 2 }}{{ $b := append $l 3 }}{{ $l }}{{ $a }}{{ $b }}',
      '[1][1 2][1 3]',
    ],
  ])('%s', (_, template, expected) => {
    expect(render(template)).toBe(expected);
  });

  it('keys of objects are keys like others', () => {
    const data = { m: JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}') };
    const template =
      '{{ merge (dict) .m }}{{ deepCopy .m }}{{ pick .m "__proto__" }}{{ omit .m "constructor" }}{{ hasKey (dict) "__proto__" }}{{ get .m "__proto__" }}';
    expect(render(template, data)).toBe(
      'map[__proto__:map[a:1] constructor:2]map[__proto__:map[a:1] constructor:2]' +
        'map[__proto__:map[a:1]]map[__proto__:map[a:1]]falsemap[a:1]',
    );
    expect(Object.hasOwn(Object.prototype, 'a')).toBe(false);
  });
});
