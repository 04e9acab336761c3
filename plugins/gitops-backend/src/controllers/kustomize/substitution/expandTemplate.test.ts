import { expandTemplate } from './expandTemplate';
import { parseTemplate } from './parseTemplate';

const VALUES = new Map([
  ['name', 'world'],
  ['path', 'a/b/c.tar.gz'],
  ['word', 'grüße'],
  ['empty', ''],
  ['glob', 'a*'],
  ['_1', 'x'],
]);

const expand = (text: string, strict = true) =>
  expandTemplate(parseTemplate(text), VALUES, { strict });

describe('variables in text, as envsubst of Flux has them', () => {
  it.each<[string, string]>([
    ['hello ${name}!', 'hello world!'],
    ['${name}${_1}', 'worldx'],
    ['$name $ { } $1', '$name $ { } $1'],
    ['$${name}', '${name}'],
    ['$$${name}', '$world'],
    ['$$$$', '$$'],
    ['${none:=default}', 'default'],
    ['${none:-default}', 'default'],
    ['${none=default}', 'default'],
    // Not what shells make of these two.
    ['${none:?default}', 'default'],
    ['${name:+default}', 'world'],
    ['${empty:=default}', 'default'],
    ['${none:=}', ''],
    ['${none:=a b: "c"}', 'a b: "c"'],
    ['${none:=${name}-${empty:=x}}', 'world-x'],
    ['${none:=$$}', '$$'],
    ['${#name}', '5'],
    ['${#word}', '7'],
    ['${#empty}', '0'],
    ['${name^} ${name^^}', 'World WORLD'],
    ['${word^^} ${empty^}', 'GRÜßE '],
    ['${name:1}', 'orld'],
    ['${name:1:3}', 'orl'],
    ['${name:-1}', 'world'],
    ['${name:0:-0}', ''],
    ['${name:9}', ''],
    ['${name:2:99}', 'rld'],
    ['${name:x}', 'world'],
    ['${name:+2}', 'world'],
    ['${path#*/}', 'b/c.tar.gz'],
    ['${path##*/}', 'c.tar.gz'],
    ['${path%.*}', 'a/b/c.tar'],
    ['${path%%.*}', 'a/b/c'],
    ['${path#?}', '/b/c.tar.gz'],
    ['${path#[a-c]/}', 'b/c.tar.gz'],
    ['${path#[^a]}', 'a/b/c.tar.gz'],
    ['${path#[}', 'a/b/c.tar.gz'],
    ['${glob%\\*}', 'a*'],
    ['${path//\\//-}', 'a-b-c.tar.gz'],
    ['${path/\\//-}', 'a-b/c.tar.gz'],
    ['${name/o/0}', 'w0rld'],
    ['${name/o/}', 'wrld'],
    ['${name/#wo/Wo}', 'World'],
    ['${name/#or/x}', 'world'],
    ['${name/%ld/LD}', 'worLD'],
    ['${name//${empty}/-}', '-w-o-r-l-d-'],
    ['${name/${_1:=o}/0}', 'world'],
    ['', ''],
  ])('%s', (text, expected) => {
    expect(expand(text)).toBe(expected);
  });

  it.each<[string, RegExp]>([
    ['${', /unable to parse variable name/],
    ['${}', /unable to parse variable name/],
    ['a\n${-x}', /unable to parse variable name \(line 2\)/],
    ['${name', /missing closing brace/],
    ['${name-x}', /missing closing brace/],
    ['${name x}', /missing closing brace/],
    ['${none:=x', /unable to parse substitution within function/],
    ['${name:}', /unable to parse substitution within function/],
    ['${name/}', /bad substitution|unable to parse/],
    ['${#}', /bad substitution/],
    ['${#name', /bad substitution/],
    ['${name:1:2:3', /bad substitution/],
    ['${name:é}', /bad substitution/],
    ['${word:0:3}', /cuts a character in two/],
    ['${name:1:-1}', /is negative/],
    ['${a:='.repeat(300), /nested more than 200 times/],
    ['${none}', /variable not set \(strict mode\): "none"/],
    ['${#none}', /variable not set/],
    ['${none^^}', /variable not set/],
    ['${name:=${none}}', /variable not set/],
  ])('refuses %j', (text, message) => {
    expect(() => expand(text)).toThrow(message);
  });

  it('puts nothing for what is not set, where that is allowed', () => {
    expect(expand('a${none}b${none^^}${#none}', false)).toBe('ab0');
  });

  it('never tells a value', () => {
    const secret = new Map([['password', 'hünter2']]);
    const told = (text: string) => {
      try {
        return expandTemplate(parseTemplate(text), secret, { strict: true });
      } catch (error) {
        return String(error);
      }
    };
    expect(told('${password}')).toBe('hünter2');
    expect(told('${password:0:2}')).toMatch(
      /cuts a character in two: .*bytes$/,
    );
    expect(told('${name:=${password:1:-1}}')).toMatch(/is negative$/);
    expect(told('${password')).toMatch(/missing closing brace/);
  });
});
