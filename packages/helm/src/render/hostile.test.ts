import { renderFailure, renderText } from '../testing/render';

// Machines may be slow.
jest.setTimeout(60_000);

// What a chart from anywhere may try; each ends with an error that says what.
describe('hostile templates', () => {
  it.each<[string, string]>([
    ['repeat', '{{ repeat 1000000000 "x" }}'],
    [
      'repeat again and again',
      '{{ repeat 10000 "x" | repeat 10000 | repeat 10000 }}',
    ],
    ['until', '{{ until 2000000000 }}'],
    ['until below', '{{ until -2000000000 }}'],
    ['untilStep', '{{ untilStep 0 2000000000 1 }}'],
    ['seq', '{{ seq 1 2000000000 }}'],
    ['nindent', '{{ nindent 2000000000 "x" }}'],
    ['indent', '{{ indent 1000000 (repeat 1000 "\\n") }}'],
    ['randAlphaNum', '{{ randAlphaNum 2000000000 }}'],
    ['randBytes', '{{ randBytes 2000000000 }}'],
    [
      'a list that doubles',
      '{{ $l := list 1 }}{{ range until 64 }}{{ $l = concat $l $l }}{{ end }}',
    ],
    [
      'a text that doubles',
      '{{ $t := "x" }}{{ range until 64 }}{{ $t = print $t $t }}{{ end }}',
    ],
    ['join', '{{ join (repeat 1000000 "x") (until 1000000) }}'],
    ['replace', '{{ replace "x" (repeat 1000000 "y") (repeat 1000000 "x") }}'],
    [
      'regexReplaceAll',
      '{{ regexReplaceAll "x" (repeat 1000000 "x") (repeat 1000000 "y") }}',
    ],
    ['a map in itself', '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $d }}'],
    [
      'a map that holds a map twice, and so on',
      '{{ $d := dict }}{{ range until 60 }}{{ $d = dict "a" $d "b" $d }}{{ end }}{{ $d }}',
    ],
    [
      'the same as a text',
      '{{ $d := dict }}{{ range until 60 }}{{ $d = dict "a" $d "b" $d }}{{ end }}{{ toString $d | len }}',
    ],
    [
      'deepCopy of a map in itself',
      '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ deepCopy $d }}',
    ],
    [
      'a list in lists',
      '{{ $l := list }}{{ range until 100000 }}{{ $l = list $l }}{{ end }}{{ $l }}',
    ],
    [
      'output',
      '{{ $t := repeat 1000000 "x" }}{{ range until 1000000 }}{{ $t }}{{ end }}',
    ],
    [
      'tpl within tpl',
      '{{ define "t" }}{{ tpl "{{ include \\"t\\" . }}" . }}{{ end }}{{ include "t" . }}',
    ],
    [
      'an expression in itself',
      `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`,
    ],
    ['a look-around', '{{ regexFind "a(?=b)" "ab" }}'],
    [
      'a pattern without end',
      '{{ regexFind "(((((a{1000}){1000}){1000}){1000}){1000})" "a" }}',
    ],
    ['env', '{{ env "HOME" }}'],
    ['expandenv', '{{ expandenv "$HOME" }}'],
  ])('%s', async (_, text) => {
    const error = await renderFailure(text);
    expect(error.code).toMatch(/^(limit|template-failed|template-syntax)$/);
    expect(error.message.length).toBeLessThan(200_000);
  });

  it.each<[string, string, string]>([
    ['names are not resolved', '{{ getHostByName "localhost" }}', ''],
    [
      'patterns take linear time',
      '{{ regexMatch "(a+)+$" (print (repeat 20000 "a") "b") }}',
      'false',
    ],
    ['nothing is looked up', '{{ lookup "v1" "Secret" "" "" }}', 'map[]'],
    [
      'files of the machine are not there',
      '{{ .Files.Get "/etc/passwd" }}{{ .Files.Get "../../etc/passwd" }}',
      '',
    ],
    [
      'YAML of a map in itself is nothing',
      '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toYaml $d }}',
      '',
    ],
    [
      'keys are keys',
      '{{ $d := dict "__proto__" (dict "x" 1) "constructor" 2 }}{{ $d.__proto__.x }}{{ $d.constructor }}{{ (dict).x }}',
      '12',
    ],
    [
      'YAML reads keys as keys',
      '{{ $d := fromYaml "__proto__: {x: 1}\\nconstructor: 2" }}{{ $d.__proto__.x }}{{ $d.constructor }}{{ (dict).x }}',
      '12',
    ],
    [
      'aliases do not multiply',
      '{{ $d := fromYaml "a: &a [x,x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\\nh: [*g,*g,*g,*g,*g,*g,*g,*g,*g]" }}{{ hasKey $d "Error" }}',
      'true',
    ],
  ])('%s', async (_, text, expected) => {
    expect(await renderText(text)).toBe(expected);
  });
});
