import { ImageChange } from '../ImageChange';
import { MessageData } from './MessageData';
import { renderMessage } from './renderMessage';

const change = (
  file: string,
  name: string,
  tag: string,
  kind = 'Deployment',
): ImageChange => ({
  file,
  line: 1,
  object: { apiVersion: 'apps/v1', kind, namespace: 'game', name },
  setter: `apps:${name}`,
  oldValue: `${name}:v1`,
  newValue: `${name}:${tag}`,
});

const DATA: MessageData = {
  namespace: 'apps',
  name: 'images',
  values: { cluster: 'production' },
  changes: [
    change('web.yaml', 'web', 'v3'),
    change('game.yaml', 'game', 'v2'),
    change('game.yaml', 'game', 'v2', 'CronJob'),
  ],
};

describe('messages of commits', () => {
  it.each<[string, string]>([
    ['', 'Update from image update automation'],
    [
      '{{ .AutomationObject }} {{ .AutomationObject.Name }} of {{ .AutomationObject.Namespace }}',
      'apps/images images of apps',
    ],
    ['{{ .Values.cluster }} {{ .Values.none }}', 'production <no value>'],
    [
      '{{ range .Changed.Changes }}{{ .OldValue }} -> {{ .NewValue }} ({{ .Setter }})\n{{ end }}',
      'web:v1 -> web:v3 (apps:web)\ngame:v1 -> game:v2 (apps:game)\n',
    ],
    [
      '{{ range $file, $objects := .Changed.FileChanges }}{{ $file }}: {{ range $object, $changes := $objects }}{{ $object.Kind }}/{{ $object.Namespace }}/{{ $object.Name }} ({{ $object.APIVersion }}) {{ len $changes }}; {{ end }}{{ end }}',
      'game.yaml: CronJob/game/game (apps/v1) 1; Deployment/game/game (apps/v1) 1; web.yaml: Deployment/game/web (apps/v1) 1; ',
    ],
    [
      '{{ range $object, $changes := .Changed.Objects }}{{ $object }}{{ $changes }} {{ end }}',
      '{{{apps/v1 CronJob} {game game}}}[{game:v1 game:v2 apps:game}] {{{apps/v1 Deployment} {game game}}}[{game:v1 game:v2 apps:game}] {{{apps/v1 Deployment} {web game}}}[{web:v1 web:v3 apps:web}] ',
    ],
    ['{{ "a" | upper | repeat 3 }}{{ trimSuffix "b" "ab" }}', 'AAAa'],
    ['{{ .Changed.FileChanges | len }}', '2'],
  ])('%s', (template, text) => {
    expect(renderMessage(template, DATA)).toBe(text);
  });

  it.each<[string, string, RegExp]>([
    [
      '{{ .Updated }}',
      'GITOPS_REMOVED_TEMPLATE_FIELD',
      /'\.Updated' field; write '\.Changed'/,
    ],
    [
      '{{ range .Changed.ImageResult.Images }}{{ end }}',
      'GITOPS_REMOVED_TEMPLATE_FIELD',
      /'\.Changed\.ImageResult'/,
    ],
    ['{{ .Nothing }}', 'GITOPS_MESSAGE_TEMPLATE', /can't evaluate field/],
    ['{{ if }}', 'GITOPS_MESSAGE_TEMPLATE', /^unable to create commit message/],
    ['{{ now }}', 'GITOPS_MESSAGE_TEMPLATE', /function "now" not defined/],
    ['{{ env "HOME" }}', 'GITOPS_MESSAGE_TEMPLATE', /function "env" not/],
    ['{{ toYaml . }}', 'GITOPS_MESSAGE_TEMPLATE', /function "toYaml" not/],
    ['{{ fail "no" }}', 'GITOPS_MESSAGE_TEMPLATE', /error calling fail: no$/],
    [
      '{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}',
      'GITOPS_MESSAGE_TEMPLATE',
      /too many steps/,
    ],
    [
      '{{ repeat 70000 "x" }}',
      'GITOPS_MESSAGE_TEMPLATE',
      /the output is too large/,
    ],
  ])('%s is refused', (template, code, message) => {
    expect(() => renderMessage(template, DATA)).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringMatching(message),
      }),
    );
  });

  it('hold no control characters', () => {
    const values = { a: 'x\r\n\u001b[31my\u0000\u0007\tz' };
    expect(renderMessage('{{ .Values.a }}', { ...DATA, values })).toBe(
      'x\n[31my\tz',
    );
  });
});
