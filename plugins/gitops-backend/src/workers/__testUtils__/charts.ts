import { RenderRequest } from '../RenderThreads';
import { packFiles } from './packFiles';

/** What a renderer is asked, but for the signal: a chart with one template. */
export function releaseOf(
  template: string,
  request: Partial<RenderRequest> = {},
): Omit<RenderRequest, 'signal'> {
  return {
    chart: {
      bytes: packFiles({
        'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
        'templates/a.yaml': template,
        'templates/NOTES.txt': 'Hello',
      }),
      digest: template,
    },
    values: {},
    release: { name: 'rel', namespace: 'shop' },
    ...request,
  };
}

/** A chart with an object and a hook. */
export const ORDINARY = [
  'kind: ConfigMap',
  'metadata: {name: "{{ .Release.Name }}"}',
  'data: {text: "{{ .Values.text }}", size: "{{ .Values.size }}"}',
  '---',
  'kind: Job',
  'metadata: {name: b, annotations: {helm.sh/hook: pre-install}}',
].join('\n');

/** It never ends, and needs no memory. */
export const ENDLESS =
  'a: {{ range 1000000000 }}{{ range 1000000000 }}{{ end }}{{ end }}';
