/** A chart's files, text by path. */
export type ChartTexts = Readonly<Record<string, string>>;

const HELPERS = `
{{- define "app.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- define "app.fullname" -}}
{{- if contains (include "app.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "app.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- define "app.selector" -}}
app.kubernetes.io/name: {{ include "app.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "app.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "app.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- define "app.image" -}}
{{- $registry := .registry | default "docker.io" -}}
{{ printf "%s/%s:%s" $registry .repository (toString .tag) }}
{{- end }}
{{- define "app.tpl" -}}
{{- if typeIs "string" .value }}{{ tpl .value .context }}{{ else }}{{ tpl (.value | toYaml) .context }}{{ end }}
{{- end }}
`;

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "app.fullname" . }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "app.selector" . | nindent 6 }}
  template:
    metadata:
      annotations:
        checksum/config: {{ include (print $.Template.BasePath "/configmap.yaml") . | sha256sum }}
      labels:
        {{- include "app.selector" . | nindent 8 }}
    spec:
      {{- with .Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .Chart.Name }}
          image: {{ include "app.image" .Values.image | quote }}
          env:
            {{- range $name, $value := .Values.env }}
            - name: {{ $name | upper | replace "-" "_" }}
              value: {{ $value | quote }}
            {{- end }}
          ports:
            - name: http
              containerPort: {{ .Values.service.port | default 8080 }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
`;

const CONFIG_MAP = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "app.fullname" . }}
  labels: {{- include "app.labels" . | nindent 4 }}
data:
  {{- range $key, $value := .Values.config }}
  {{ $key }}: {{ include "app.tpl" (dict "value" $value "context" $) | quote }}
  {{- end }}
`;

const SERVICE = `{{- if .Values.service.enabled }}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "app.fullname" . }}
  labels: {{- include "app.labels" . | nindent 4 }}
spec:
  type: {{ .Values.service.type }}
  ports:
    - port: {{ .Values.service.port }}
      targetPort: http
  selector: {{- include "app.selector" . | nindent 4 }}
{{- end }}
`;

const VALUES = `replicaCount: 2
image: {repository: shop/web, tag: 1.27}
imagePullSecrets: [{name: registry}]
autoscaling: {enabled: false}
commonLabels: {team: shop, tier: web}
service: {enabled: true, type: ClusterIP, port: 8080}
env: {log-level: info, pool-size: 10, cache: "on"}
resources:
  limits: {cpu: 500m, memory: 256Mi}
  requests: {cpu: 100m, memory: 128Mi}
config:
  url: "http://{{ include \\"app.fullname\\" . }}.{{ .Release.Namespace }}.svc:{{ .Values.service.port }}"
  mode: plain
  list: [a, b, "{{ .Release.Name }}"]
`;

function app(name: string, templates: Record<string, string>): ChartTexts {
  return {
    'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: 1.0.0\nappVersion: "1.27"\n`,
    'values.yaml': VALUES,
    'templates/_helpers.tpl': HELPERS,
    ...templates,
  };
}

const TEMPLATES = {
  'templates/deployment.yaml': DEPLOYMENT,
  'templates/configmap.yaml': CONFIG_MAP,
  'templates/service.yaml': SERVICE,
};

function below(folder: string, files: ChartTexts): ChartTexts {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]),
  );
}

/** One application: three objects. */
export const SMALL = app('small', TEMPLATES);

/** An application with eight others below it. */
export const MIDDLE: ChartTexts = {
  ...app('middle', TEMPLATES),
  ...Object.assign(
    {},
    ...Array.from({ length: 8 }, (_, i) =>
      below(`charts/part${i}`, app(`part${i}`, TEMPLATES)),
    ),
  ),
};

/** A hundred and fifty templates that are heavy in `include` and `tpl`. */
export const LARGE: ChartTexts = {
  ...app('large', TEMPLATES),
  ...Object.assign(
    {},
    ...Array.from({ length: 50 }, (_, i) => ({
      [`templates/d${i}.yaml`]: DEPLOYMENT,
      [`templates/c${i}.yaml`]: CONFIG_MAP,
      [`templates/s${i}.yaml`]: SERVICE,
    })),
  ),
};
