import { render, failure } from '../testing/render';
import { GoEntries, goInt, GoNil, GoTyped } from '../values/GoObject';
import {
  ANY_MAP,
  ANY_SLICE,
  INT,
  mapType,
  STRING_SLICE,
} from '../values/GoType';

const data = {
  name: 'demo',
  empty: '',
  none: null,
  count: 3,
  on: true,
  list: ['a', 'b', 'c'],
  mixed: ['x', null, { k: 'v' }, 1],
  map: { b: 2, a: 1, c: { d: 'deep' } },
  five: goInt(5),
  strings: new GoTyped(STRING_SLICE, ['p', 'q']),
  byNumber: new GoTyped(
    mapType(INT, INT),
    new GoEntries([
      [goInt(10), goInt(1)],
      [goInt(9), goInt(2)],
    ]),
  ),
};

describe('values, pipelines and variables', () => {
  it.each([
    ['{{.name}} {{.map.c.d}} {{$.name}}', 'demo deep demo'],
    ['{{.map}}', 'map[a:1 b:2 c:map[d:deep]]'],
    [
      '{{.none}}|{{.missing}}|{{.missing.more}}',
      '<no value>|<no value>|<no value>',
    ],
    ['{{"a" | printf "%s-%s" "b"}}', 'b-a'],
    ['{{(index .list 1)}}{{(.map).c.d}}', 'bdeep'],
    ['{{$x := 1}}{{if true}}{{$x = 2}}{{$x := 3}}{{end}}{{$x}}', '2'],
    ['{{$x := .map}}{{$x.c.d}}', 'deep'],
    ['{{len (print .name .name)}}', '8'],
    [
      '{{and .on .name}}{{or .empty .none "last"}}{{not .none}}',
      'demolasttrue',
    ],
    ['{{or true (index .list 99)}}', 'true'],
    ['{{.constructor}}{{.map.__proto__}}', '<no value><no value>'],
  ])('%s', (text, expected) => {
    expect(render(text, { data })).toBe(expected);
  });

  it('reads keys that JavaScript has for itself', () => {
    const odd = JSON.parse('{"__proto__": 1, "constructor": 2, "length": 3}');
    expect(
      render('{{.__proto__}}{{.constructor}}{{.length}}{{len .}}', {
        data: odd,
      }),
    ).toBe('1233');
  });
});

describe('conditions', () => {
  it.each([
    ['{{if .on}}1{{else}}2{{end}}', '1'],
    [
      '{{if .empty}}1{{else if .none}}2{{else if .count}}3{{else}}4{{end}}',
      '3',
    ],
    ['{{with .map.c}}{{.d}}{{$.name}}{{else}}no{{end}}', 'deepdemo'],
    ['{{with .none}}1{{else with .name}}{{.}}{{else}}3{{end}}', 'demo'],
    ['{{with $x := .name}}{{$x}}{{end}}', 'demo'],
    ['{{if 0.0}}1{{end}}{{if .list}}2{{end}}{{if ""}}3{{end}}', '2'],
  ])('%s', (text, expected) => {
    expect(render(text, { data })).toBe(expected);
  });
});

describe('ranges', () => {
  it.each([
    ['{{range .list}}<{{.}}>{{end}}', '<a><b><c>'],
    ['{{range $i, $e := .list}}{{$i}}{{$e}}{{end}}', '0a1b2c'],
    ['{{range $e := .list}}{{$e}}{{end}}', 'abc'],
    ['{{range $k, $v := .map}}{{$k}}={{$v}};{{end}}', 'a=1;b=2;c=map[d:deep];'],
    ['{{range $k, $v := .byNumber}}{{$k}}={{$v}};{{end}}', '9=2;10=1;'],
    ['{{range 3}}{{.}}{{end}}{{range .five}}x{{end}}', '012xxxxx'],
    ['{{range .none}}x{{else}}none{{end}}', 'none'],
    ['{{range 0}}x{{else}}none{{end}}', 'none'],
    ['{{range .list}}{{if eq . "b"}}{{continue}}{{end}}{{.}}{{end}}', 'ac'],
    ['{{range .list}}{{if eq . "b"}}{{break}}{{end}}{{.}}{{end}}', 'a'],
    ['{{range .list}}{{range $.list}}{{break}}{{end}}{{.}}{{end}}', 'abc'],
    ['{{$x := 0}}{{range $x = .list}}{{end}}{{$x}}', 'c'],
    ['{{range $x := .none}}{{else}}{{$x}}{{end}}', '<no value>'],
    ['{{range .mixed}}[{{.}}]{{end}}', '[x][<no value>][map[k:v]][1]'],
  ])('%s', (text, expected) => {
    expect(render(text, { data })).toBe(expected);
  });

  it('treats nil maps and lists as empty', () => {
    const nil = { m: new GoNil(ANY_MAP), l: new GoNil(ANY_SLICE) };
    expect(
      render('{{.m}}{{.l}}{{len .m}}{{range .l}}x{{else}}e{{end}}{{.m.x}}', {
        data: nil,
      }),
    ).toBe('map[][]0e<no value>');
  });
});

describe('templates', () => {
  it('have variables of their own', () => {
    expect(
      render('{{$x := 1}}{{template "other" .name}}{{$x}}', {
        data,
        others: { other: '{{$x := .}}<{{$x}}{{$}}>' },
      }),
    ).toBe('<demodemo>1');
  });

  it('are not replaced by empty ones', () => {
    const others = {
      a: '{{define "x"}}full{{end}}',
      b: '{{define "x"}} {{end}}',
    };
    expect(render('{{template "x"}}', { others })).toBe('full');
  });
});

describe('errors of the execution', () => {
  it.each([
    [
      '{{.name.x}}',
      '1:7',
      '.name.x',
      "can't evaluate field x in type interface {}",
    ],
    [
      '{{$x := .name}}{{$x.y}}',
      '1:19',
      '$x.y',
      "can't evaluate field y in type string",
    ],
    [
      '{{range .strings}}{{.x}}{{end}}',
      '1:20',
      '.x',
      "can't evaluate field x in type string",
    ],
    [
      '{{range .list}}{{.x}}{{end}}',
      '1:17',
      '.x',
      "can't evaluate field x in type interface {}",
    ],
    ['{{.none.x}}', '1:7', '.none.x', 'nil pointer evaluating interface {}.x'],
    [
      '\u00e9\n\u00e9{{index .list 9}}',
      '2:4',
      'index .list 9',
      'error calling index: index out of range: 9',
    ],
    ['{{.name 1}}', '1:2', '.name', 'name is not a method but has arguments'],
    ['{{1 | .name}}', '1:6', '.name', 'name is not a method but has arguments'],
    ['{{range .count}}{{end}}', '1:8', '.count', "range can't iterate over 3"],
    [
      '{{template "no"}}',
      '1:11',
      '{{template "no"}}',
      'template "no" not defined',
    ],
    ['{{nil}}', '1:2', 'nil', 'nil is not a command'],
    ['{{len 1 2}}', '1:2', 'len', 'wrong number of args for len: want 1 got 2'],
    [
      '{{18446744073709551615}}',
      '1:2',
      '18446744073709551615',
      '18446744073709551615 overflows int',
    ],
    [
      '{{define "d"}}{{len 1}}{{end}}{{template "d"}}',
      '1:16',
      'len 1',
      'error calling len: len of type int',
    ],
  ])('%s', (text, place, expression, problem) => {
    const error = failure(text, { data });
    expect(error.problem).toBe(problem);
    expect(error).toMatchObject({ code: 'exec', file: 't' });
    expect(`${error.line}:${error.column}`).toBe(place);
    expect(error.message).toBe(
      `template: t:${place}: executing "${error.template}" at <${expression}>: ${problem}`,
    );
  });

  it('names the template that is executed, and the file that holds it', () => {
    const text = '{{define "d"}}{{len 1}}{{end}}{{template "d"}}';
    expect(failure(text)).toMatchObject({ file: 't', template: 'd' });
  });
});

describe('missing keys', () => {
  const text = '{{.map.zz}}';
  it('have no value by default, and with zero the zero value', () => {
    expect(render(text, { data })).toBe('<no value>');
    expect(render(text, { data, missingKey: 'zero' })).toBe('<no value>');
    const typed = { m: new GoTyped(mapType(INT, INT), new GoEntries([])) };
    expect(render('{{index .m 1}}', { data: typed })).toBe('0');
  });

  it('are errors where that is wanted', () => {
    expect(failure(text, { data, missingKey: 'error' }).problem).toBe(
      'map has no entry for key "zz"',
    );
    expect(failure('{{.x.y}}', { missingKey: 'error' }).problem).toBe(
      'nil data; no entry for key "x"',
    );
  });
});
