import { executeTemplate } from '../executeTemplate';
import { TemplateSet } from '../execute/TemplateSet';
import { TemplateParser } from '../TemplateParser';
import { failure, render } from '../testing/render';

describe('texts and actions', () => {
  it.each([
    ['plain text', 'plain text'],
    ['a {{- 1 }} b', 'a1 b'],
    ['a {{ 1 -}} \n\t b', 'a 1b'],
    ['a \r\n {{- /* gone */ -}} \n b', 'ab'],
    ['a{{/* stays */}} b', 'a b'],
    ['{{-3}}', '-3'],
    ['{{"}}"}}', '}}'],
    ['{{ `raw "{{" \\n` }}', 'raw "{{" \\n'],
    ['{{ print\n"two lines" }}', 'two lines'],
    ['{{define "a"}}A{{end}}{{template "a"}}', 'A'],
    ['{{block "b" "dot"}}[{{.}}]{{end}}', '[dot]'],
    ['{ {{ "{" }}', '{ {'],
  ])('%j', (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it('takes other delimiters, of any length', () => {
    const parser = new TemplateParser({
      delimiters: { left: '<%%', right: '%>' },
    });
    const set = new TemplateSet().add(parser.parse('t', '{{1}}<%%- 2 -%> 3'));
    expect(executeTemplate(set, 't', undefined)).toBe('{{1}}23');
  });
});

describe('literals', () => {
  it.each([
    ['0x1F', '31'],
    ['0b1_01', '5'],
    ['0o17', '15'],
    ['017', '15'],
    ['1_000', '1000'],
    ['1e3', '1000'],
    ['1e6', '1e+06'],
    ['.5', '0.5'],
    ['0x1p-2', '0.25'],
    ["'a'", '97'],
    ["'\\u00e9'", '233'],
    ['1i', '(0+1i)'],
    ['1+2i', '(1+2i)'],
    ['9223372036854775807', '9223372036854775807'],
    ['"\\t\\x41\\101\\u00e9\\U0001F600"', '\tAA\u00e9\u{1F600}'],
    ['"\\xc3\\xa9"', '\u00e9'],
    ['true', 'true'],
  ])('%s', (literal, expected) => {
    expect(render(`{{${literal}}}`)).toBe(expected);
  });

  it('keeps what an integer literal is', () => {
    expect(render('{{printf "%T %T %T" 1 1.0 1e2}}')).toBe(
      'int float64 float64',
    );
  });
});

describe('errors of the parser', () => {
  it.each([
    ['{{', 'template: t:1: unclosed action'],
    ['\n{{ 1\n', 'template: t:3: unclosed action started at t:2'],
    ['{{/* open', 'template: t:1: unclosed comment'],
    ['{{/* a */ 1}}', 'template: t:1: comment ends before closing delimiter'],
    ['{{"open}}', 'template: t:1: unterminated quoted string'],
    ['{{`open}}', 'template: t:1: unterminated raw quoted string'],
    ['{{(1}}', 'template: t:1: unclosed left paren'],
    ['{{1)}}', 'template: t:1: unexpected right paren'],
    ['{{.a-b}}', "template: t:1: bad character U+002D '-'"],
    [
      '{{\u20ac}}',
      "template: t:1: unrecognized character in action: U+20AC '\u20ac'",
    ],
    ['{{1x}}', 'template: t:1: bad number syntax: "1x"'],
    ['{{089}}', 'template: t:1: integer overflow: "089"'],
    [
      '{{99999999999999999999}}',
      'template: t:1: integer overflow: "99999999999999999999"',
    ],
    ['{{"\\z"}}', 'template: t:1: invalid syntax'],
    ['{{nope}}', 'template: t:1: function "nope" not defined'],
    ['{{$x}}', 'template: t:1: undefined variable "$x"'],
    [
      '{{if 1}}{{$x := 1}}{{end}}{{$x}}',
      'template: t:1: undefined variable "$x"',
    ],
    ['{{end}}', 'template: t:1: unexpected {{end}}'],
    ['{{if}}{{end}}', 'template: t:1: missing value for if'],
    ['{{if 1}}', 'template: t:1: unexpected EOF'],
    [
      '{{if 1}}{{else}}{{else}}{{end}}',
      'template: t:1: expected end; found {{else}}',
    ],
    ['{{break}}', 'template: t:1: {{break}} outside {{range}}'],
    [
      '{{range 1}}{{define "a"}}{{end}}{{end}}',
      'template: t:1: unexpected <define> in command',
    ],
    ['{{1 | 2}}', 'template: t:1: non executable command in pipeline stage 2'],
    ['{{$a, $b := 1}}', 'template: t:1: too many declarations in command'],
    ['{{1.a}}', 'template: t:1: bad number syntax: "1.a"'],
    ['{{nil.a}}', 'template: t:1: unexpected . after term "nil"'],
    ['{{template 1}}', 'template: t:1: unexpected "1" in template clause'],
    [
      '{{define "a"}}1{{end}}{{define "a"}}2{{end}}',
      'template: t:1: template: multiple definition of template "a"',
    ],
  ])('%j', (text, message) => {
    const error = failure(text);
    expect(error.message).toBe(message);
    expect(error).toMatchObject({ code: 'parse', file: 't' });
  });
});
