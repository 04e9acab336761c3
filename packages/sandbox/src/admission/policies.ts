import type { Environment } from '@marcbachmann/cel-js';
import type { User } from '../access/user';
import { ApiError } from '../api/apiError';
import { toCel } from '../cel/environment';
import { expressionError } from '../cel/errors';
import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, isObject } from '../json/value';
import type { ObjectStore } from '../storage/objectStore';
import type { AdmissionRequest } from './admission';
import { isSelected, matchedVersion } from './webhookRules';

const GROUP = 'admissionregistration.k8s.io';
const POLICIES = `${GROUP}/validatingadmissionpolicies`;
const BINDINGS = `${GROUP}/validatingadmissionpolicybindings`;

const REASON_CODES: Record<string, number> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
  Invalid: 422,
};

/**
 * ValidatingAdmissionPolicies without parameters (apiserver 0.34,
 * `plugin/policy/validating`). Policies with `paramKind` are stored and not
 * evaluated.
 */
export class PolicyAdmission {
  constructor(
    private readonly options: {
      store: ObjectStore;
      user: User;
      environment: Environment;
      warn(message: string): void;
    },
  ) {}

  static isConfigured(store: ObjectStore): boolean {
    return store.list(BINDINGS).length > 0;
  }

  /** @throws ApiError for a write that a bound policy denies */
  validate(request: AdmissionRequest): void {
    const { store } = this.options;
    for (const binding of store.list(BINDINGS)) {
      const spec = asObject(binding.spec);
      const policy = store.get({
        storage: POLICIES,
        namespace: '',
        name: asString(spec.policyName) ?? '',
      });
      if (!policy || asObject(policy.spec).paramKind) continue;
      const policySpec = asObject(policy.spec);
      if (!this.matches(asObject(policySpec.matchConstraints), request)) {
        continue;
      }
      if (
        isObject(spec.matchResources) &&
        !this.matches(spec.matchResources, request)
      ) {
        continue;
      }
      this.evaluate(policy, binding, request);
    }
  }

  /** The variables of expressions. */
  context(request: AdmissionRequest): Record<string, unknown> {
    const { target, operation, object, oldObject, dryRun } = request;
    const { user, store } = this.options;
    const { group, kind, plural } = target.resource;
    const namespace = target.namespace
      ? store.get({
          storage: '/namespaces',
          namespace: '',
          name: target.namespace,
        })
      : undefined;
    const cel = (value: JsonObject | undefined) =>
      value ? toCel(value) : null;
    return {
      object: cel(object),
      oldObject: cel(oldObject),
      namespaceObject: cel(namespace),
      request: toCel({
        kind: { group, version: target.version.name, kind },
        resource: { group, version: target.version.name, resource: plural },
        subResource: target.subresource,
        name: target.name,
        namespace: target.namespace,
        operation,
        userInfo: { username: user.name, groups: user.groups },
        dryRun,
      }),
    };
  }

  private matches(constraints: JsonObject, request: AdmissionRequest): boolean {
    const rules = (name: string) => asArray(constraints[name]).filter(isObject);
    const policy = asString(constraints.matchPolicy);
    if (matchedVersion(rules('excludeResourceRules'), policy, request)) {
      return false;
    }
    const wanted = rules('resourceRules');
    return (
      (wanted.length === 0 ||
        matchedVersion(wanted, policy, request) !== undefined) &&
      isSelected(constraints, request, this.options.store)
    );
  }

  private evaluate(
    policy: JsonObject,
    binding: JsonObject,
    request: AdmissionRequest,
  ): void {
    const spec = asObject(policy.spec);
    const context = this.context(request);
    const run = (expression: unknown) =>
      this.options.environment.evaluate(String(expression), context) as unknown;
    const actions = asArray(asObject(binding.spec).validationActions);
    try {
      const conditions = asArray(spec.matchConditions).filter(isObject);
      if (conditions.some(({ expression }) => run(expression) !== true)) return;
      const variables = new Map<string, unknown>();
      context.variables = variables;
      for (const { name, expression } of asArray(spec.variables).filter(
        isObject,
      )) {
        variables.set(String(name), run(expression));
      }
    } catch (error) {
      if (spec.failurePolicy === 'Ignore') return;
      this.report(policy, binding, request, actions, {
        message: expressionError(error),
      });
    }
    for (const validation of asArray(spec.validations).filter(isObject)) {
      const failure = this.failure(validation, spec, run);
      if (failure) this.report(policy, binding, request, actions, failure);
    }
  }

  private failure(
    validation: JsonObject,
    spec: JsonObject,
    run: (expression: unknown) => unknown,
  ): { message: string; reason?: string } | undefined {
    const expression = asString(validation.expression)?.trim() ?? '';
    try {
      if (run(expression) === true) return undefined;
    } catch (error) {
      if (spec.failurePolicy === 'Ignore') return undefined;
      return {
        message: `expression '${expression}' resulted in error: ${expressionError(error)}`,
      };
    }
    let message = asString(validation.message)?.trim();
    if (validation.messageExpression) {
      try {
        const said = run(validation.messageExpression);
        if (typeof said === 'string' && said.trim()) message = said.trim();
      } catch {
        // The fixed message stands.
      }
    }
    return {
      message: message || `failed expression: ${expression}`,
      reason: asString(validation.reason),
    };
  }

  private report(
    policy: JsonObject,
    binding: JsonObject,
    { target, object, oldObject }: AdmissionRequest,
    actions: unknown[],
    { message, reason = 'Invalid' }: { message: string; reason?: string },
  ): void {
    const policyName = asString(asObject(policy.metadata).name) ?? '';
    const bindingName = asString(asObject(binding.metadata).name) ?? '';
    if (actions.includes('Warn')) {
      this.options.warn(
        `Validation failed for ValidatingAdmissionPolicy '${policyName}' with binding '${bindingName}': ${message}`,
      );
    }
    if (!actions.includes('Deny')) return;
    const { group, plural } = target.resource;
    const name =
      target.name ||
      (asString(asObject((object ?? oldObject)?.metadata).name) ?? '');
    const denied = `ValidatingAdmissionPolicy '${policyName}' with binding '${bindingName}' denied request: ${message}`;
    throw new ApiError({
      code: REASON_CODES[reason] ?? 422,
      reason,
      message: `${group ? `${plural}.${group}` : plural} ${JSON.stringify(name)} is forbidden: ${denied}`,
      details: {
        ...(name ? { name } : {}),
        ...(group ? { group } : {}),
        kind: plural,
        causes: [{ message: denied }],
      },
    });
  }
}
