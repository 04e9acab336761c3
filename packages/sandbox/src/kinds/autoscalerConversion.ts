import { parseJson, stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import type { JsonObject, JsonValue } from '../json/value';
import { asArray, asObject, asString, isObject } from '../json/value';

// Where autoscaling/v1 keeps what it has no fields for (Kubernetes 1.34,
// `pkg/apis/autoscaling/annotations.go`).
const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const CURRENT_METRICS = `${PREFIX}current-metrics`;
const CONDITIONS = `${PREFIX}conditions`;
const BEHAVIOR = `${PREFIX}behavior`;

/**
 * Converts a HorizontalPodAutoscaler between `autoscaling/v1`, which knows the
 * utilization of the CPU alone and keeps the rest in annotations, and
 * `autoscaling/v2` (Kubernetes 1.34, `pkg/apis/autoscaling/v1/conversion.go`).
 */
export function convertAutoscaler(
  object: JsonObject,
  apiVersion: string,
): JsonObject {
  if (object.apiVersion === apiVersion) return object;
  return apiVersion === 'autoscaling/v1'
    ? toFirst({ ...object, apiVersion })
    : toSecond({ ...object, apiVersion });
}

function toFirst(object: JsonObject): JsonObject {
  const { metrics, behavior, ...spec } = asObject(object.spec);
  const { currentMetrics, conditions, ...status } = asObject(object.status);
  const kept: JsonObject = {};
  const isCpu = (metric: JsonObject) =>
    metric.type === 'Resource' &&
    asObject(metric.resource).name === 'cpu' &&
    asObject(asObject(metric.resource).target).averageUtilization !== undefined;
  const all = asArray(metrics).filter(isObject);
  const cpu = all.find(isCpu);
  if (cpu) {
    spec.targetCPUUtilizationPercentage = asObject(
      asObject(cpu.resource).target,
    ).averageUtilization;
  }
  const others = all.filter(metric => metric !== cpu);
  if (others.length > 0) kept[METRICS] = print(others.map(oldMetric));
  const current = asArray(currentMetrics).filter(isObject);
  if (current.length > 0) kept[CURRENT_METRICS] = print(current.map(oldStatus));
  for (const metric of current) {
    const { name, current: value } = asObject(metric.resource);
    const percentage = asObject(value).averageUtilization;
    if (name === 'cpu' && percentage !== undefined) {
      status.currentCPUUtilizationPercentage = percentage;
    }
  }
  if (asArray(conditions).length > 0) kept[CONDITIONS] = print(conditions!);
  if (isObject(behavior)) {
    kept[BEHAVIOR] = print({
      ScaleUp: internalRules(behavior.scaleUp),
      ScaleDown: internalRules(behavior.scaleDown),
    });
  }
  if (object.status !== undefined) {
    status.currentReplicas ??= 0;
    status.desiredReplicas ??= 0;
  }
  return withAnnotations(object, kept, spec, status);
}

function toSecond(object: JsonObject): JsonObject {
  const { targetCPUUtilizationPercentage, ...spec } = asObject(object.spec);
  const { currentCPUUtilizationPercentage, ...status } = asObject(
    object.status,
  );
  const annotations = asObject(asObject(object.metadata).annotations);
  const read = (name: string) => parse(asString(annotations[name]));
  const metrics = asArray(read(METRICS)).filter(isObject).map(newMetric);
  if (targetCPUUtilizationPercentage !== undefined) {
    metrics.push(cpuMetric(targetCPUUtilizationPercentage));
  }
  if (metrics.length > 0) spec.metrics = metrics;
  const behavior = read(BEHAVIOR);
  if (isObject(behavior)) {
    spec.behavior = {
      ...publicRules('scaleUp', behavior.ScaleUp),
      ...publicRules('scaleDown', behavior.ScaleDown),
    };
  }
  if (object.status !== undefined) {
    const current = asArray(read(CURRENT_METRICS)).filter(isObject);
    status.currentMetrics = current.length > 0 ? current.map(newStatus) : null;
    if (!status.currentReplicas) delete status.currentReplicas;
    const conditions = read(CONDITIONS);
    if (Array.isArray(conditions)) status.conditions = conditions;
  }
  return withAnnotations(object, {}, spec, status);
}

function cpuMetric(averageUtilization: JsonValue): JsonObject {
  const target = { type: 'Utilization', averageUtilization };
  return { type: 'Resource', resource: { name: 'cpu', target } };
}

function withAnnotations(
  object: JsonObject,
  kept: JsonObject,
  spec: JsonObject,
  status: JsonObject,
): JsonObject {
  const { annotations, ...metadata } = asObject(object.metadata);
  const own = Object.fromEntries(
    Object.entries(asObject(annotations)).filter(
      ([name]) =>
        ![METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR].includes(name),
    ),
  );
  const all = { ...own, ...kept };
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(Object.keys(all).length > 0 ? { annotations: all } : {}),
    },
    ...(object.spec === undefined ? {} : { spec }),
    ...(object.status === undefined ? {} : { status }),
  };
}

function print(value: JsonValue): string {
  return stringifyJson(value);
}

function parse(text: string | undefined): JsonValue | undefined {
  if (!text) return undefined;
  try {
    return parseJson(text) as JsonValue;
  } catch {
    return undefined; // what the API server cannot read it leaves out, too
  }
}

/** The member that a metric of a type keeps its source in. */
function sourceName(type: JsonValue | undefined): string {
  const text = asString(type) ?? '';
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function defined(members: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  );
}

function oldMetric(metric: JsonObject): JsonObject {
  return oldForm(metric, 'target', 'target');
}

function oldStatus(metric: JsonObject): JsonObject {
  return oldForm(metric, 'current', 'current');
}

/** A metric as v1's annotations hold it: values beside the name, not below `target` or `current`. */
function oldForm(
  metric: JsonObject,
  values: 'target' | 'current',
  prefix: string,
): JsonObject {
  const source = sourceName(metric.type);
  const from = asObject(metric[source]);
  const value = asObject(from[values]);
  const { name, selector } = asObject(from.metric);
  const averages = {
    [`${prefix}AverageUtilization`]: value.averageUtilization,
    [`${prefix}AverageValue`]: value.averageValue,
  };
  const forms: Record<string, JsonObject> = {
    resource: { name: from.name, ...averages },
    containerResource: {
      name: from.name,
      ...averages,
      container: from.container,
    },
    pods: {
      metricName: name,
      [`${prefix}AverageValue`]: value.averageValue,
      selector,
    },
    object: {
      target: from.describedObject,
      metricName: name,
      [`${prefix}Value`]: value.value ?? '0',
      selector,
      averageValue: value.averageValue,
    },
    external: {
      metricName: name,
      metricSelector: selector,
      [`${prefix}Value`]: value.value,
      [`${prefix}AverageValue`]: value.averageValue,
    },
  };
  return { type: metric.type, [source]: defined(forms[source] ?? {}) };
}

function newMetric(metric: JsonObject): JsonObject {
  return newForm(metric, 'target');
}

function newStatus(metric: JsonObject): JsonObject {
  return newForm(metric, 'current');
}

function newForm(metric: JsonObject, values: 'target' | 'current'): JsonObject {
  const source = sourceName(metric.type);
  const from = asObject(metric[source]);
  const utilization = from[`${values}AverageUtilization`];
  const average = from[`${values}AverageValue`] ?? from.averageValue;
  const value = average === undefined ? from[`${values}Value`] : undefined;
  let type = 'Value';
  if (average !== undefined) type = 'AverageValue';
  if (utilization !== undefined) type = 'Utilization';
  const measured = defined({
    ...(values === 'target' ? { type } : {}),
    value,
    averageValue: average,
    averageUtilization: utilization,
  });
  const isNamed = source === 'resource' || source === 'containerResource';
  const identity = isNamed
    ? { name: from.name, container: from.container }
    : {
        metric: defined({
          name: from.metricName,
          selector: from.selector ?? from.metricSelector,
        }),
        describedObject: source === 'object' ? from.target : undefined,
      };
  return {
    type: metric.type,
    [source]: defined({ ...identity, [values]: measured }),
  };
}

// The annotation holds the internal type, whose members have Go's names.
function internalRules(rules: JsonValue | undefined): JsonValue {
  if (!isObject(rules)) return null;
  return {
    StabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? null,
    SelectPolicy: rules.selectPolicy ?? null,
    Policies: asArray(rules.policies).map(policy => {
      const { type, value, periodSeconds } = asObject(policy);
      return { Type: type, Value: value, PeriodSeconds: periodSeconds };
    }),
    Tolerance: rules.tolerance ?? null,
  };
}

function publicRules(name: string, rules: JsonValue | undefined): JsonObject {
  if (!isObject(rules)) return {};
  const kept: JsonObject = {
    stabilizationWindowSeconds: rules.StabilizationWindowSeconds,
    selectPolicy: rules.SelectPolicy,
    policies: asArray(rules.Policies).map(policy => {
      const { Type, Value, PeriodSeconds } = asObject(policy);
      return { type: Type, value: Value, periodSeconds: PeriodSeconds };
    }),
    tolerance: rules.Tolerance,
  };
  return {
    [name]: Object.fromEntries(
      Object.entries(kept).filter(
        ([, value]) => value !== undefined && value !== null,
      ),
    ),
  };
}
