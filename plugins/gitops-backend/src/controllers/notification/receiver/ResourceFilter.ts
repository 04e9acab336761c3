import {
  CelExpression,
  compileExpression,
} from '@backstage-gitops/kubernetes-apply';
import { parseJson, isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import {
  GitopsObject,
  ReceiverSpec,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { mediaTypeOf } from './payloads';
import { VerifiedCall, WebhookCall, WebhookRefusedError } from './WebhookCall';

/** An expression of a Receiver that is none. */
export class InvalidFilterError extends Error {}

/** `resourceFilter` and the `filter` of each resource: both have to hold. */
export class ResourceFilters {
  private readonly all?: CelExpression;
  private readonly each: readonly (CelExpression | undefined)[];

  /** @throws InvalidFilterError */
  constructor({ type, resourceFilter, resources }: ReceiverSpec) {
    const variables = ['res', 'req'];
    if (type === 'generic-oidc') {
      variables.push('claims');
    }
    const compile = (text: string, what: string) => {
      try {
        return compileExpression(text, { variables, output: 'bool' });
      } catch (error) {
        assertError(error);
        throw new InvalidFilterError(`invalid ${what}: ${error.message}`);
      }
    };
    this.all = resourceFilter
      ? compile(resourceFilter, 'resourceFilter expression')
      : undefined;
    this.each = resources.map(({ kind, name, filter }, i) =>
      filter
        ? compile(
            filter,
            `filter expression for resources[${i}] (kind="${kind}", name="${name}")`,
          )
        : undefined,
    );
  }

  /**
   * What of a call decides over each resource.
   *
   * @throws WebhookRefusedError where filters need a body that is none
   */
  open(
    call: WebhookCall,
    verified: VerifiedCall,
  ): (i: number, object: GitopsObject) => boolean {
    const { all, each } = this;
    const isAsked = all !== undefined || each.some(Boolean);
    const data = {
      req: isAsked ? requestOf(call, verified) : {},
      claims: verified.claims,
    };
    return (i, { apiVersion, kind, metadata }) => {
      const filters = [all, each[i]].filter(filter => filter !== undefined);
      const res = { apiVersion, kind, metadata };
      return filters.every(filter => filter.evaluateBoolean({ res, ...data }));
    };
  }
}

/** The body, where it is said to be JSON; else nothing is known of it. */
function requestOf(
  call: WebhookCall,
  { payload }: VerifiedCall,
): Record<string, unknown> {
  if (!payload && mediaTypeOf(call) !== 'application/json') {
    return {};
  }
  let request: unknown;
  try {
    request = parseJson((payload ?? call.body).toString('utf8'));
  } catch {
    request = undefined;
  }
  if (!isJsonObject(request)) {
    throw new WebhookRefusedError(
      'WEBHOOK_BAD_PAYLOAD',
      'the body is no JSON object, which the filters of the Receiver look at',
    );
  }
  return request;
}
