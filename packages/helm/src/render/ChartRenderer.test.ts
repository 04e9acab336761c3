import { renderFailure, renderFiles, renderText } from '../testing/render';

describe('what templates see', () => {
  it.each([
    ['{{ .Release.Name }}/{{ .Release.Namespace }}', 'rel/shop'],
    ['{{ .Release.Revision }} {{ printf "%T" .Release.Revision }}', '1 int'],
    ['{{ .Release.IsInstall }} {{ .Release.Service }}', 'true Helm'],
    [
      '{{ .Chart.Name }} {{ .Chart.AppVersion }} {{ .Chart.Unknown }}',
      'web 9 ',
    ],
    ['{{ .Chart.Annotations }} {{ .Chart.IsRoot }}', 'map[] true'],
    ['{{ .Template.Name }}', 'web/templates/t.yaml'],
    ['{{ .Template.BasePath }}', 'web/templates'],
    ['{{ printf "%T" .Values }}', 'common.Values'],
    ['{{ .Values.a.b }} {{ .Values.missing }}', 'c '],
    ['{{ .Values.AsMap.a }} {{ (.Values.Table "a").b }}', 'map[b:c] c'],
    ['{{ .Values.PathValue "a.b" }}', 'c'],
    ['{{ .Values.big }} {{ printf "%T" .Values.big }}', '1e+06 float64'],
  ])('%s', async (text, expected) => {
    const files = { 'values.yaml': 'a: {b: c}\nbig: 1000000\n' };
    expect(await renderText(text, { files })).toBe(expected);
  });

  it('integers of --set are int64', async () => {
    const values = { n: 1000000n, list: [2n] };
    expect(
      await renderText(
        '{{ .Values.n }} {{ printf "%T %T" .Values.n (index .Values.list 0) }}',
        { values },
      ),
    ).toBe('1000000 int64 int64');
  });

  it.each([
    ['{{ .Capabilities.KubeVersion }}', 'v1.33.4'],
    ['{{ .Capabilities.KubeVersion.Version }}', 'v1.33.4-gke.1'],
    ['{{ .Capabilities.KubeVersion.GitVersion }}', 'v1.33.4-gke.1'],
    ['{{ .Capabilities.KubeVersion.Minor }}', '33'],
    ['{{ .Capabilities.APIVersions.Has "shop/v1" }}', 'true'],
    ['{{ .Capabilities.APIVersions.Has "shop/v2" }}', 'false'],
    ['{{ range .Capabilities.APIVersions }}{{ . }};{{ end }}', 'v1;shop/v1;'],
    ['{{ .Capabilities.HelmVersion.Version }}', 'v4.2'],
    ['{{ (.Capabilities.Copy).KubeVersion }}', 'v1.33.4'],
  ])('%s', async (text, expected) => {
    const capabilities = {
      kubeVersion: {
        version: 'v1.33.4-gke.1',
        normalized: 'v1.33.4',
        major: '1',
        minor: '33',
      },
      apiVersions: ['v1', 'shop/v1'],
      helmVersion: {
        version: 'v4.2',
        gitCommit: '',
        gitTreeState: '',
        goVersion: '',
        kubeClientVersion: '',
      },
    };
    expect(await renderText(text, { capabilities })).toBe(expected);
  });

  it.each([
    ['{{ .Files.Get "a.txt" }}', 'A\nB\n'],
    ['{{ .Files.Get "none" }}', ''],
    ['{{ .Files.GetBytes "conf/x.ini" }}', '[120]'],
    ['{{ range .Files.Lines "a.txt" }}[{{ . }}]{{ end }}', '[A][B]'],
    [
      '{{ range $name, $_ := .Files.Glob "conf/*" }}{{ $name }} {{ end }}',
      'conf/x.ini ',
    ],
    ['{{ (.Files.Glob "conf/**").AsConfig }}', 'x.ini: x\ny.ini: "y"'],
    ['{{ (.Files.Glob "a.*").AsSecrets }}', 'a.txt: QQpCCg=='],
    ['{{ .Files.Glob "none/*" | len }}', '0'],
  ])('%s', async (text, expected) => {
    const files = { 'a.txt': 'A\nB\n', 'conf/x.ini': 'x', 'conf/d/y.ini': 'y' };
    expect(await renderText(text, { files })).toBe(expected);
  });

  it('charts below see their part of the values, and share it', async () => {
    const files = await renderFiles({
      'values.yaml': 'db: {size: 5}\nglobal: {zone: a}\n',
      'templates/a.yaml':
        '{{ .Values.db.changed }} {{ .Subcharts.db.Chart.Name }}',
      'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
      'charts/db/templates/b.yaml':
        '{{ .Values.size }} {{ .Values.global.zone }} {{ .Chart.IsRoot }} {{ .Template.Name }}',
      'charts/db/templates/a.yaml': '{{ .Release.Name }}',
    });
    expect([...files]).toEqual([
      [
        'web/charts/db/templates/b.yaml',
        '5 a false web/charts/db/templates/b.yaml',
      ],
      ['web/charts/db/templates/a.yaml', 'rel'],
      ['web/templates/a.yaml', ' db'],
    ]);
  });

  it('never shows what Go prints for nothing', async () => {
    expect(await renderText('a{{ .Values.x }}b<no value>c')).toBe('abc');
  });
});

describe('include and tpl', () => {
  it.each([
    ['{{ define "a" }}<{{ . }}>{{ end }}{{ include "a" 1 }}', '<1>'],
    ['{{ tpl "{{ .x }}{{ .y }}" .Values.data }}', '1'],
    [
      '{{ tpl "{{ define \\"a\\" }}in{{ end }}{{ include \\"a\\" . }}" . }}',
      'in',
    ],
    ['{{ tpl "plain <no value>" . }}', 'plain '],
    ['{{ tpl "  {{/* nothing */}}  " . }}', '    '],
    ['{{ tpl "{{ tpl .inner . }}" .Values.data }}', 'x=1'],
    ['{{ $outer := 1 }}{{ tpl "{{ $.x }}" .Values.data }}', '1'],
    ['{{ required "needed" "v" }}{{ required "needed" 0 }}', 'v0'],
    ['{{ lookup "v1" "Pod" "" "a" }}', 'map[]'],
  ])('%s', async (text, expected) => {
    const values = { data: { x: 1, inner: 'x={{ .x }}' } };
    expect(await renderText(text, { values })).toBe(expected);
  });

  it('what a text defines is seen by what it calls, and nowhere else', async () => {
    expect(
      await renderText(
        '{{ define "name" }}chart{{ end }}{{ define "greet" }}I am {{ include "name" . }}.{{ end }}' +
          '{{ tpl .Values.text . }} {{ include "greet" . }}',
        {
          values: {
            text: '{{ define "name" }}text{{ end }}{{ include "greet" . }}',
          },
        },
      ),
    ).toBe('I am text. I am chart.');
  });

  it("a chart's definitions win over those of the charts below", async () => {
    const files = await renderFiles({
      'templates/_a.tpl': '{{ define "who" }}parent{{ end }}',
      'templates/z.yaml': '{{ include "who" . }}',
      'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
      'charts/db/templates/_z.tpl': '{{ define "who" }}child{{ end }}',
      'charts/db/templates/a.yaml': '{{ include "who" . }}',
    });
    expect([...files.values()]).toEqual(['parent', 'parent']);
  });

  it('parses what it has parsed before only once, and mixes up no releases', async () => {
    const text = '{{ tpl "{{ .Values.x }}" . }} {{ .Release.Name }}';
    expect(await renderText(text, { values: { x: 'a' } })).toBe('a rel');
    expect(
      await renderText(text, {
        values: { x: 'b' },
        release: { name: 'other', namespace: 'shop' },
      }),
    ).toBe('b other');
  });
});

describe('errors', () => {
  it.each([
    [
      '{{ .Values.a.b }}',
      'template-failed',
      'web/templates/t.yaml:1:10\n  executing "web/templates/t.yaml" at <.Values.a.b>:\n    nil pointer evaluating interface {}.b',
    ],
    [
      '{{ if }}',
      'template-syntax',
      'parse error at (web/templates/t.yaml:1): missing value for if',
    ],
    [
      'x\n  {{ fail "choose one" }}',
      'chart-refused',
      'execution error at (web/templates/t.yaml:2:5): choose one',
    ],
    [
      '{{ define "a" }}{{ required "name it" .Values.name }}{{ end }}{{ include "a" . }}',
      'chart-refused',
      'execution error at (web/templates/t.yaml:1:65): name it',
    ],
    [
      '{{ include "none" . }}',
      'template-failed',
      'web/templates/t.yaml:1:3\n  executing "web/templates/t.yaml" at <include "none" .>:\n    error calling include:\ntemplate: no template "none" associated with template "gotpl"',
    ],
    [
      '{{ tpl "{{ .x.y }}" . }}',
      'template-failed',
      'template: web/templates/t.yaml:1:3: executing "web/templates/t.yaml" at <tpl "{{ .x.y }}" .>: error calling tpl: error during tpl function execution for "{{ .x.y }}": template: gotpl:1:5: executing "gotpl" at <.x.y>: nil pointer evaluating interface {}.y',
    ],
  ])('%s', async (text, code, message) => {
    const error = await renderFailure(text);
    expect(error).toMatchObject({
      code,
      message,
      file: 'web/templates/t.yaml',
    });
  });

  it('a chain of templates is shown link by link', async () => {
    const error = await renderFailure(
      '{{ define "a" }}{{ include "b" . }}{{ end }}{{ define "b" }}{{ .x.y }}{{ end }}\n{{ include "a" . }}',
    );
    expect(error.message.split('\n').filter(line => /^\S/.test(line))).toEqual([
      'web/templates/t.yaml:2:3',
      'web/templates/t.yaml:1:19',
      'web/templates/t.yaml:1:65',
    ]);
    expect(error.line).toBe(2);
  });

  it('lint goes on where a chart refuses', async () => {
    expect(
      await renderText('{{ required "x" .Values.a }}{{ fail "y" }}z', {
        lint: true,
      }),
    ).toBe('z');
  });

  it('strict refuses keys that are missing', async () => {
    const error = await renderFailure('{{ .Values.a }}', { strict: true });
    expect(error.message).toContain('map has no entry for key "a"');
  });
});

describe('limits', () => {
  it.each([
    [
      '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}',
      /nested/,
    ],
    [
      '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}',
      /depth|nested/,
    ],
    ['{{ tpl .Values.loop . }}', /depth|nested/],
    [
      '{{ define "a" }}{{ include "b" . }}{{ end }}{{ define "b" }}{{ include "a" . }}{{ end }}{{ include "a" . }}',
      /nested/,
    ],
  ])('%s ends', async (text, expected) => {
    const values = { loop: '{{ tpl .Values.loop . }}' };
    const error = await renderFailure(text, { values });
    expect(error.message).toMatch(expected);
  });

  it('output and steps are counted over all files', async () => {
    const files = {
      'templates/a.yaml': '{{ range $i := .Values.l }}0123456789{{ end }}',
    };
    const values = { l: new Array<number>(600).fill(0) };
    const text = files['templates/a.yaml'];
    expect(
      await renderFailure(text, { files, values, limits: { output: 10_000 } }),
    ).toMatchObject({
      code: 'limit',
    });
    expect(
      await renderFailure(text, { files, values, limits: { steps: 1_000 } }),
    ).toMatchObject({
      code: 'limit',
    });
    expect(
      await renderText(text, {
        values,
        limits: { output: 10_000, steps: 1_000 },
      }),
    ).toHaveLength(6000);
  });

  it('keys of all names are data', async () => {
    const values = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}');
    expect(
      await renderText(
        '{{ .Values.constructor }} {{ .Values.__proto__.x }} {{ .Values.toString }}',
        { values },
      ),
    ).toBe('2 1 ');
  });
});
