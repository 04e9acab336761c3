import { goFunction, STRING } from '@backstage-gitops/go-template';
import { chartOf } from '../testing/chartOf';
import { renderFiles, renderText } from '../testing/render';
import { createCapabilities, createRenderValues } from '../values';
import { ChartRenderer } from './ChartRenderer';

const NAME = '{{ define "n" }}[{{ .Values.a.b }}{{ .Values.new }}]{{ end }}';
const N = '{{ include "n" . }}';

describe('what templates include again', () => {
  it.each([
    ['is the same', `${N}${N}`, '[x][x]'],
    ['sees `set`', `${N}{{ $_ := set .Values.a "b" "y" }}${N}`, '[x][y]'],
    ['sees `unset`', `${N}{{ $_ := unset .Values.a "b" }}${N}`, '[x][]'],
    [
      'sees `set` of a table within a list',
      '{{ define "l" }}{{ (index .Values.list 0).c }}{{ end }}{{ include "l" . }}{{ $_ := set (index .Values.list 0) "c" 2 }}{{ include "l" . }}',
      '12',
    ],
    [
      'sees `set` of a table that was put among the others',
      `{{ $t := dict }}{{ $_ := set .Values "new" $t }}${N}{{ $_ := set $t "k" 1 }}${N}`,
      '[xmap[]][xmap[k:1]]',
    ],
    [
      'sees merges into values',
      `${N}{{ $_ := mergeOverwrite .Values (dict "new" 1) }}${N}`,
      '[x][x1]',
    ],
    [
      'sees merges into what values are in',
      `${N}{{ $_ := mergeOverwrite (dict "v" .Values.a) (dict "v" (dict "b" "z")) }}${N}`,
      '[x][z]',
    ],
    [
      'sees merges of one value into another',
      `${N}{{ $_ := mergeOverwrite (dict) (dict "v" .Values.a) (dict "v" (dict "b" "z")) }}${N}`,
      '[x][z]',
    ],
    [
      'sees another dot',
      '{{ define "d" }}{{ .b }}{{ end }}{{ include "d" .Values.a }}{{ include "d" (dict "b" "o") }}',
      'xo',
    ],
    [
      'sees what it changes itself',
      '{{ define "c" }}{{ $_ := set .Values "i" (add1 (.Values.i | default 0)) }}{{ .Values.i }}{{ end }}{{ include "c" . }}{{ include "c" . }}',
      '12',
    ],
    [
      'sees what a text defines',
      `${N}{{ tpl "{{ define \\"n\\" }}mine{{ end }}{{ include \\"n\\" . }}" . }}${N}`,
      '[x]mine[x]',
    ],
  ])('%s', async (_, text, expected) => {
    const values = { a: { b: 'x' }, list: [{ c: 1 }] };
    expect(await renderText(NAME + text, { values })).toBe(expected);
  });

  it('is random where it was random before', async () => {
    const text = await renderText(
      '{{ define "r" }}{{ randAlphaNum 20 }}{{ end }}{{ include "r" . }} {{ include "r" . }}',
    );
    const [first, second] = text.split(' ');
    expect(first).not.toBe(second);
  });

  it('knows the file that it is included in', async () => {
    const files = await renderFiles({
      'templates/_h.tpl':
        '{{ define "outer" }}{{ include "inner" . }}{{ end }}{{ define "inner" }}{{ .Template.Name }}{{ end }}',
      'templates/a.yaml': '{{ include "outer" . }} {{ include "outer" . }}',
      'templates/b.yaml':
        '{{ include "outer" . }} {{ $_ := set . "Template" "mine" }}{{ .Template }}',
      'templates/c.yaml': '{{ include "inner" . }} {{ toJson .Template }}',
    });
    expect(Object.fromEntries(files)).toEqual({
      'web/templates/a.yaml': 'web/templates/a.yaml web/templates/a.yaml',
      'web/templates/b.yaml': 'web/templates/b.yaml mine',
      'web/templates/c.yaml':
        'web/templates/c.yaml {"BasePath":"web/templates","Name":"web/templates/c.yaml"}',
    });
  });

  it('takes no steps again', async () => {
    const text =
      '{{ define "n" }}{{ range $i := until 1000 }}{{ end }}x{{ end }}{{ range $i := until 50 }}{{ include "n" $ }}{{ end }}';
    const limits = { steps: 3000 };
    expect(await renderText(text, { limits })).toHaveLength(50);
  });

  it('calls functions that it does not know each time', async () => {
    let calls = 0;
    const custom = goFunction([STRING], () => ++calls);
    const renderer = new ChartRenderer({
      extraFunctions: new Map([['custom', custom]]),
    });
    renderer.render(
      createRenderValues({
        chart: await chartOf({
          'templates/t.yaml':
            '{{ define "n" }}{{ custom "x" }}{{ end }}{{ include "n" . }}{{ include "n" . }}',
        }),
        values: {},
        release: { name: 'rel', namespace: 'shop' },
        capabilities: createCapabilities(),
      }),
    );
    expect(calls).toBe(2);
  });
});
