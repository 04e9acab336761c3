import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import type { FieldProblem } from '../api/apiError';
import type { JsonObject, JsonValue } from '../json/value';
import {
  asArray,
  asObject,
  asString,
  at,
  equal,
  isObject,
} from '../json/value';
import { webhookProblems } from '../admission/webhookProblems';
import { configMapProblems, secretProblems } from './secretRules';
import { definitionProblems } from './definitionRules';

type Rules = (
  object: JsonObject,
  live: JsonObject | undefined,
) => FieldProblem[];

const IMMUTABLE = 'field is immutable';

function required(field: string, more = ''): FieldProblem {
  return {
    reason: 'FieldValueRequired',
    field,
    message: more ? `Required value: ${more}` : 'Required value',
  };
}

function invalid(field: string, value: JsonValue, rule: string): FieldProblem {
  return {
    reason: 'FieldValueInvalid',
    field,
    message: `Invalid value: ${stringifyJson(value)}: ${rule}`,
  };
}

function forbidden(field: string, rule: string): FieldProblem {
  return {
    reason: 'FieldValueForbidden',
    field,
    message: `Forbidden: ${rule}`,
  };
}

function immutable(
  object: JsonObject,
  live: JsonObject | undefined,
  ...path: string[]
): FieldProblem[] {
  if (!live) return [];
  const value = at(object, ...path);
  return equal(value, at(live, ...path))
    ? []
    : [invalid(path.join('.'), value ?? null, IMMUTABLE)];
}

const workload: Rules = (object, live) => {
  const problems: FieldProblem[] = [];
  const selector = at(object, 'spec', 'selector');
  const replicas = at(object, 'spec', 'replicas');
  if (typeof replicas === 'number' && replicas < 0) {
    problems.push(
      invalid('spec.replicas', replicas, 'must be greater than or equal to 0'),
    );
  }
  if (selector === undefined) problems.push(required('spec.selector'));
  const labels = asObject(at(object, 'spec', 'template', 'metadata', 'labels'));
  const wanted = asObject(asObject(selector).matchLabels);
  const matches = Object.entries(wanted).every(
    ([key, value]) => labels[key] === value,
  );
  if (selector === undefined || !matches) {
    problems.push(
      invalid(
        'spec.template.metadata.labels',
        at(object, 'spec', 'template', 'metadata', 'labels') ?? null,
        '`selector` does not match template `labels`',
      ),
    );
  }
  problems.push(...immutable(object, live, 'spec', 'selector'));
  problems.push(
    ...podRules(at(object, 'spec', 'template', 'spec'), 'spec.template.spec'),
  );
  return problems;
};

function podRules(spec: JsonValue | undefined, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const containers = asArray(asObject(spec).containers);
  if (containers.length === 0) problems.push(required(`${path}.containers`));
  const names = new Set<string>();
  for (const [index, container] of containers.filter(isObject).entries()) {
    const name = asString(container.name);
    if (!name) problems.push(required(`${path}.containers[${index}].name`));
    else if (names.has(name)) {
      problems.push({
        reason: 'FieldValueDuplicate',
        field: `${path}.containers[${index}].name`,
        message: `Duplicate value: ${JSON.stringify(name)}`,
      });
    }
    names.add(name ?? '');
    if (!container.image) {
      problems.push(required(`${path}.containers[${index}].image`));
    }
  }
  return problems;
}

const MUTABLE_STATEFUL_SET = new Set([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]);

const statefulSet: Rules = (object, live) => {
  const problems = workload(object, undefined);
  if (!live) return problems;
  const strip = (value: JsonObject) =>
    Object.fromEntries(
      Object.entries(asObject(value.spec)).filter(
        ([name]) => !MUTABLE_STATEFUL_SET.has(name),
      ),
    );
  if (!equal(strip(object), strip(live))) {
    problems.push(
      forbidden(
        'spec',
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      ),
    );
  }
  return problems;
};

const immutableData: Rules = (object, live) => {
  if (live?.immutable !== true) return [];
  const problems: FieldProblem[] = [];
  if (object.immutable !== true) {
    problems.push(
      forbidden('immutable', 'field is immutable when `immutable` is set'),
    );
  }
  for (const field of ['data', 'binaryData']) {
    if (!equal(asObject(object[field]), asObject(live[field]))) {
      problems.push(
        forbidden(field, 'field is immutable when `immutable` is set'),
      );
    }
  }
  return problems;
};

const DATA_KEY = /^[-._a-zA-Z0-9]+$/;

function dataKeyProblems(object: JsonObject): FieldProblem[] {
  return ['data', 'binaryData'].flatMap(field =>
    Object.keys(asObject(object[field])).flatMap(key => {
      const rule = dataKeyRule(key);
      return rule ? [invalid(`${field}[${key}]`, key, rule)] : [];
    }),
  );
}

function dataKeyRule(key: string): string | undefined {
  if (key.length > 253) return 'must be no more than 253 characters';
  if (!DATA_KEY.test(key)) {
    return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  }
  if (key === '.') return "must not be '.'";
  if (key === '..') return "must not be '..'";
  return key.startsWith('..') ? "must not start with '..'" : undefined;
}

const service: Rules = (object, live) => {
  const problems: FieldProblem[] = [];
  const spec = asObject(object.spec);
  const headless = spec.clusterIP === 'None' || spec.type === 'ExternalName';
  if (asArray(spec.ports).length === 0 && !headless) {
    problems.push(required('spec.ports'));
  }
  for (const [index, port] of asArray(spec.ports).filter(isObject).entries()) {
    const number = Number(port.port ?? 0);
    if (number < 1 || number > 65535) {
      problems.push(
        invalid(
          `spec.ports[${index}].port`,
          port.port ?? 0,
          'must be between 1 and 65535, inclusive',
        ),
      );
    }
    if (asArray(spec.ports).length > 1 && !port.name) {
      problems.push(required(`spec.ports[${index}].name`));
    }
  }
  const before = asString(at(live, 'spec', 'clusterIP'));
  if (before && spec.type !== 'ExternalName' && spec.clusterIP !== before) {
    problems.push(
      invalid(
        'spec.clusterIPs[0]',
        asArray(spec.clusterIPs).map(String),
        'may not change once set',
      ),
    );
  }
  return problems;
};

const binding: Rules = (object, live) => {
  const problems: FieldProblem[] = [];
  if (!at(object, 'roleRef', 'name')) problems.push(required('roleRef.name'));
  if (live && !equal(object.roleRef, live.roleRef)) {
    problems.push(
      invalid('roleRef', object.roleRef ?? null, 'cannot change roleRef'),
    );
  }
  return problems;
};

const job: Rules = (object, live) => [
  ...podRules(at(object, 'spec', 'template', 'spec'), 'spec.template.spec'),
  ...jobRestartPolicy(object),
  ...immutable(object, live, 'spec', 'completions'),
  ...immutable(object, live, 'spec', 'selector'),
  ...immutable(object, live, 'spec', 'template'),
];

function jobRestartPolicy(object: JsonObject): FieldProblem[] {
  const policy = at(object, 'spec', 'template', 'spec', 'restartPolicy');
  if (policy === 'OnFailure' || policy === 'Never') return [];
  return [
    {
      reason: 'FieldValueRequired',
      field: 'spec.template.spec.restartPolicy',
      message: `Required value: valid values: "OnFailure", "Never"`,
    },
  ];
}

const claim: Rules = (object, live) => {
  if (!live) return [];
  const strip = (value: JsonObject) => {
    const { resources, volumeName, storageClassName, ...rest } = asObject(
      value.spec,
    );
    // A class may be given to a claim that has none, as the default class is.
    const hadClass = at(live, 'spec', 'storageClassName') !== undefined;
    return hadClass ? { ...rest, storageClassName } : rest;
  };
  return equal(strip(object), strip(live))
    ? []
    : [
        forbidden(
          'spec',
          'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
        ),
      ];
};

const webhooks: Rules = object =>
  asArray(object.webhooks)
    .filter(isObject)
    .flatMap((webhook, index) =>
      webhookProblems(webhook, `webhooks[${index}]`),
    );

const RULES: Record<string, Rules> = {
  'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration': webhooks,
  'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration': webhooks,
  'apps/v1/Deployment': workload,
  'apps/v1/ReplicaSet': workload,
  'apps/v1/DaemonSet': workload,
  'apps/v1/StatefulSet': statefulSet,
  'batch/v1/Job': job,
  'v1/Pod': object => podRules(object.spec, 'spec'),
  'v1/ConfigMap': (object, live) => [
    ...dataKeyProblems(object),
    ...configMapProblems(object),
    ...immutableData(object, live),
  ],
  'v1/Secret': (object, live) => [
    ...dataKeyProblems(object),
    ...secretProblems(object),
    ...immutable(object, live, 'type'),
    ...immutableData(object, live),
  ],
  'v1/Service': service,
  'v1/PersistentVolumeClaim': claim,
  'rbac.authorization.k8s.io/v1/RoleBinding': binding,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': binding,
  'storage.k8s.io/v1/StorageClass': (object, live) => [
    ...immutable(object, live, 'parameters'),
    ...immutable(object, live, 'provisioner'),
  ],
  'apiextensions.k8s.io/v1/CustomResourceDefinition': definitionProblems,
};

/**
 * What in a built-in object breaks the rules of its kind: the rules that
 * delivery tools meet (required and immutable fields), not all of Kubernetes'.
 */
export function kindProblems(
  object: JsonObject,
  live: JsonObject | undefined,
): FieldProblem[] {
  const rules = RULES[`${object.apiVersion}/${object.kind}`];
  return rules?.(object, live) ?? [];
}
