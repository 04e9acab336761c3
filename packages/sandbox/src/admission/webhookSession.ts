import { parseJson, stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import type { Environment } from '@marcbachmann/cel-js';
import { isDeepStrictEqual } from 'node:util';
import type { User } from '../access/user';
import { ApiError, badRequest, internalError } from '../api/apiError';
import { expressionError } from '../cel/errors';
import type { JsonObject, JsonValue } from '../json/value';
import { asArray, asObject, asString, isObject } from '../json/value';
import type { ResourceVersion } from '../kinds/resource';
import { apiVersionOf, inVersion } from '../kinds/resource';
import { withDefaults } from '../objects/decode';
import { pruneUnknownFields } from '../kinds/prune';
import { applyJsonPatch, JsonPatchError } from '../patch/jsonPatch';
import type { ObjectStore } from '../storage/objectStore';
import type { Admission, AdmissionRequest } from './admission';
import { PendingCall } from './admission';
import { PolicyAdmission } from './policies';
import { callWebhook, WebhookCallError } from './webhookCall';
import { isSelected, matchedVersion } from './webhookRules';

const GROUP = 'admissionregistration.k8s.io';
const MUTATING = `${GROUP}/mutatingwebhookconfigurations`;
const VALIDATING = `${GROUP}/validatingwebhookconfigurations`;

/** What the admission of one request needs. */
export interface WebhookSessionOptions {
  store: ObjectStore;
  user: User;
  environment: Environment;
  warn(message: string): void;
  identity: Admission['identity'];
  randomUuid(): string;
}

interface Asked {
  request: JsonObject;
  answer?: JsonObject;
  error?: unknown;
}

/** Whether anything has been configured that has a say in writes. */
export function hasAdmission(store: ObjectStore): boolean {
  return (
    store.list(MUTATING).length > 0 ||
    store.list(VALIDATING).length > 0 ||
    PolicyAdmission.isConfigured(store)
  );
}

/**
 * Admission of one request: webhooks and policies (apiserver 0.34,
 * `plugin/webhook`). Answers are kept, so that a write that is tried again does
 * not ask again.
 */
export class WebhookSession implements Admission {
  readonly identity: Admission['identity'];
  private readonly asked = new Map<string, Asked[]>();
  private readonly policies: PolicyAdmission;

  constructor(private readonly options: WebhookSessionOptions) {
    this.identity = options.identity;
    this.policies = new PolicyAdmission(options);
  }

  mutate(request: AdmissionRequest): JsonObject {
    let object = request.object!;
    for (const { id, webhook } of this.webhooks(MUTATING)) {
      const current = { ...request, object };
      const version = this.wants(webhook, current);
      if (!version) continue;
      const answer = this.ask(id, webhook, version, current);
      if (answer) object = patched(current, version, answer) ?? object;
    }
    return object;
  }

  validate(request: AdmissionRequest): void {
    this.policies.validate(request);
    const wanted = this.webhooks(VALIDATING).flatMap(({ id, webhook }) => {
      const version = this.wants(webhook, request);
      return version ? [{ id, webhook, version }] : [];
    });
    // All are asked at once; the first refusal in order is reported.
    const pending: Array<Promise<void>> = [];
    const failures: unknown[] = [];
    for (const { id, webhook, version } of wanted) {
      try {
        this.ask(id, webhook, version, request);
      } catch (error) {
        if (error instanceof PendingCall) pending.push(error.settled);
        else failures.push(error);
      }
    }
    if (pending.length > 0) {
      throw new PendingCall(Promise.all(pending).then(() => {}));
    }
    if (failures.length > 0) throw failures[0];
  }

  private webhooks(
    storage: string,
  ): Array<{ id: string; webhook: JsonObject }> {
    return this.options.store.list(storage).flatMap(configuration => {
      const name = String(asObject(configuration.metadata).name);
      return asArray(configuration.webhooks)
        .filter(isObject)
        .map((webhook, index) => ({
          id: `${storage}/${name}/${index}`,
          webhook,
        }));
    });
  }

  private wants(
    webhook: JsonObject,
    request: AdmissionRequest,
  ): ResourceVersion | undefined {
    const version = matchedVersion(
      asArray(webhook.rules).filter(isObject),
      asString(webhook.matchPolicy),
      request,
    );
    if (!version) return undefined;
    if (!isSelected(webhook, request, this.options.store)) return undefined;
    return this.meetsConditions(webhook, request) ? version : undefined;
  }

  private meetsConditions(
    webhook: JsonObject,
    request: AdmissionRequest,
  ): boolean {
    const conditions = asArray(webhook.matchConditions).filter(isObject);
    if (conditions.length === 0) return true;
    const context = this.policies.context(request);
    for (const condition of conditions) {
      const expression = asString(condition.expression) ?? '';
      try {
        if (this.options.environment.evaluate(expression, context) !== true) {
          return false;
        }
      } catch (error) {
        if (webhook.failurePolicy === 'Ignore') return false;
        throw internalError(
          `Internal error occurred: ${expressionError(error)}`,
        );
      }
    }
    return true;
  }

  /** The answer of a webhook; undefined where it failed and that is ignored. */
  private ask(
    id: string,
    webhook: JsonObject,
    version: ResourceVersion,
    request: AdmissionRequest,
  ): JsonObject | undefined {
    const name = asString(webhook.name) ?? '';
    const quoted = JSON.stringify(name);
    if (
      request.dryRun &&
      !['None', 'NoneOnDryRun'].includes(asString(webhook.sideEffects) ?? '')
    ) {
      throw badRequest(`admission webhook ${quoted} does not support dry run`);
    }
    const { answer, error } = this.answerOf(
      id,
      webhook,
      this.reviewOf(request, version),
    );
    if (error) {
      if (!(error instanceof WebhookCallError)) throw error;
      if (webhook.failurePolicy === 'Ignore') return undefined;
      const why = `failed calling webhook ${quoted}: ${error.message}`;
      throw new ApiError({
        code: 500,
        reason: 'InternalError',
        message: `Internal error occurred: ${why}`,
        details: { causes: [{ message: why }] },
      });
    }
    for (const warning of asArray(answer!.warnings)) {
      this.options.warn(String(warning));
    }
    if (answer!.allowed !== true) throw denial(quoted, answer!);
    return answer;
  }

  private answerOf(
    id: string,
    webhook: JsonObject,
    request: JsonObject,
  ): Asked {
    const known = this.asked.get(id) ?? [];
    this.asked.set(id, known);
    const found = known.find(entry =>
      isDeepStrictEqual(entry.request, request),
    );
    if (found) return found;
    const timeoutSeconds = Number(webhook.timeoutSeconds ?? 10);
    const review = {
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1',
      request: { uid: this.options.randomUuid(), ...request },
    };
    const settled = callWebhook(
      asObject(webhook.clientConfig),
      timeoutSeconds,
      review,
    ).then(
      answer => void known.push({ request, answer }),
      error => void known.push({ request, error }),
    );
    throw new PendingCall(settled);
  }

  private reviewOf(
    request: AdmissionRequest,
    version: ResourceVersion,
  ): JsonObject {
    const { target, operation, object, oldObject, dryRun, options } = request;
    const { resource, subresource } = target;
    const { group, kind, plural } = resource;
    const view = (value: JsonObject | undefined) =>
      value
        ? inVersion(resource, value, apiVersionOf(group, version.name))
        : null;
    const name =
      target.name || (asString(asObject(object?.metadata).name) ?? '');
    const { user } = this.options;
    return {
      kind: { group, version: version.name, kind },
      resource: { group, version: version.name, resource: plural },
      ...(subresource ? { subResource: subresource } : {}),
      requestKind: { group, version: target.version.name, kind },
      requestResource: {
        group,
        version: target.version.name,
        resource: plural,
      },
      ...(subresource ? { requestSubResource: subresource } : {}),
      ...(name ? { name } : {}),
      ...(target.namespace ? { namespace: target.namespace } : {}),
      operation,
      userInfo: {
        username: user.name,
        ...(user.uid ? { uid: user.uid } : {}),
        groups: user.groups,
      },
      object: view(object),
      oldObject: view(oldObject),
      dryRun,
      options,
    };
  }
}

function denial(quoted: string, answer: JsonObject): ApiError {
  const { message, reason, code, details } = asObject(answer.status);
  const denied = `admission webhook ${quoted} denied the request`;
  const why = asString(message) || asString(reason);
  const status = Number(code ?? 0);
  return new ApiError({
    code: status < 400 ? 400 : status,
    reason: asString(reason) ?? '',
    message: why ? `${denied}: ${why}` : `${denied} without explanation`,
    details: isObject(details) ? details : undefined,
  });
}

/** The object after a webhook's patch; undefined where it patches nothing. */
function patched(
  { target, object }: AdmissionRequest & { object: JsonObject },
  version: ResourceVersion,
  answer: JsonObject,
): JsonObject | undefined {
  const text = asString(answer.patch);
  if (!text) return undefined;
  const { resource } = target;
  const own = apiVersionOf(resource.group, target.version.name);
  const seen = apiVersionOf(resource.group, version.name);
  let result: JsonValue;
  try {
    const patch = parseJson(
      Buffer.from(text, 'base64').toString('utf8'),
    ) as JsonValue;
    result = applyJsonPatch(inVersion(resource, object, seen), patch);
  } catch (error) {
    if (!(error instanceof JsonPatchError) && !(error instanceof SyntaxError)) {
      throw error;
    }
    const { message } = error;
    throw new ApiError({
      code: 500,
      reason: 'InternalError',
      message: `Internal error occurred: ${message}`,
      details: { causes: [{ message }] },
    });
  }
  if (!isObject(result)) {
    throw internalError(
      `Internal error occurred: the patch of a webhook leaves ${stringifyJson(result)}`,
    );
  }
  const pruned = pruneUnknownFields(
    target.version,
    inVersion(resource, result, own),
  ).object;
  return withDefaults(target, pruned);
}
