import {
  FluxLabel,
  HelmChart,
  helmChartKind,
  HelmChartSpec,
  HelmRelease,
} from '@backstage-gitops/plugin-gitops-common';
import { isDeepStrictEqual } from 'node:util';
import { ObjectReference } from '../../../homes/ObjectReference';

/** What a HelmRelease asks for in a HelmChart; all else is left as it is. */
type TemplatedSpec = Omit<HelmChartSpec, 'suspend'>;

/** As the definition fills them in. */
const DEFAULTS: Partial<TemplatedSpec> = {
  version: '*',
  reconcileStrategy: 'ChartVersion',
};

/** The HelmChart that is made from `spec.chart` (Flux 2.9); undefined without it. */
export function templatedChart(
  object: HelmRelease,
): ObjectReference | undefined {
  const { metadata, spec } = object;
  if (!spec.chart) {
    return undefined;
  }
  const { namespace = 'default', name } = metadata;
  return {
    kind: helmChartKind.kind,
    namespace: spec.chart.spec.sourceRef.namespace ?? namespace,
    name: `${namespace}-${name}`,
  };
}

/** The HelmChart as it shall be, to be applied. */
export function buildHelmChart(
  object: HelmRelease,
  { namespace, name }: ObjectReference,
): HelmChart {
  const { metadata: labelled, spec: template } = object.spec.chart!;
  const { sourceRef, verify } = template;
  const spec: TemplatedSpec = {
    chart: template.chart,
    version: template.version,
    sourceRef: { kind: sourceRef.kind, name: sourceRef.name },
    interval: template.interval ?? object.spec.interval,
    reconcileStrategy: template.reconcileStrategy,
    valuesFiles: template.valuesFiles,
    ignoreMissingValuesFiles: template.ignoreMissingValuesFiles,
    verify: verify && {
      provider: verify.provider,
      secretRef: verify.secretRef,
    },
  };
  return {
    apiVersion: helmChartKind.apiVersion,
    kind: helmChartKind.kind,
    metadata: {
      name,
      namespace,
      labels: { ...labelled?.labels, ...ownerLabels(object) },
      ...(labelled?.annotations && { annotations: labelled.annotations }),
    },
    spec: withoutUndefined(spec),
  };
}

/** The labels that say whose object it is. */
export function ownerLabels(object: HelmRelease): Record<string, string> {
  return {
    [FluxLabel.helmReleaseName]: object.metadata.name,
    [FluxLabel.helmReleaseNamespace]: object.metadata.namespace ?? 'default',
  };
}

/**
 * Whether nothing would change if what is wanted were applied. `exactly`: nor does it
 * have labels and annotations beside those.
 */
export function isAsWanted(
  live: HelmChart,
  wanted: HelmChart,
  options: { exactly: boolean },
): boolean {
  const { suspend: _, ...spec } = live.spec;
  const covers = (
    has: Readonly<Record<string, string>> = {},
    wants: Readonly<Record<string, string>> = {},
  ) =>
    Object.entries(wants).every(([key, value]) => has[key] === value) &&
    (!options.exactly || Object.keys(has).length === Object.keys(wants).length);
  return (
    isDeepStrictEqual(
      { ...DEFAULTS, ...withoutUndefined(spec) },
      { ...DEFAULTS, ...wanted.spec },
    ) &&
    covers(live.metadata.labels, wanted.metadata.labels) &&
    covers(live.metadata.annotations, wanted.metadata.annotations)
  );
}

function withoutUndefined<T extends object>(fields: T): T {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as T;
}
