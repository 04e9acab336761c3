import {
  CelError,
  CelExpression,
  compileExpression,
} from '@backstage-gitops/kubernetes-apply';
import { OidcProvider } from '@backstage-gitops/plugin-gitops-common';
import { WebhookRefusedError } from './WebhookCall';

const VARIABLES = ['claims', 'vars'];

/** `variables` and `validations` of an issuer, over the claims of its tokens. */
export class ClaimRules {
  private readonly variables: { name: string; value: CelExpression }[];
  private readonly validations: { message: string; holds: CelExpression }[];

  /** @throws CelError */
  constructor({ variables = [], validations }: OidcProvider) {
    this.variables = variables.map(({ name, expression }) => ({
      name,
      value: compileExpression(expression, { variables: VARIABLES }),
    }));
    this.validations = validations.map(({ message, expression }) => ({
      message,
      holds: compileExpression(expression, {
        ...{ variables: VARIABLES, output: 'bool' },
      }),
    }));
  }

  /** @throws WebhookRefusedError with the messages of all that do not hold */
  check(claims: Record<string, unknown>): void {
    const vars: Record<string, unknown> = {};
    const data = { claims, vars };
    const failures: string[] = [];
    try {
      for (const { name, value } of this.variables) {
        vars[name] = value.evaluate(data);
      }
      for (const { message, holds } of this.validations) {
        if (!holds.evaluateBoolean(data)) {
          failures.push(message);
        }
      }
    } catch (error) {
      if (error instanceof CelError) {
        throw new WebhookRefusedError('WEBHOOK_BAD_TOKEN', error.message);
      }
      throw error;
    }
    if (failures.length > 0) {
      throw new WebhookRefusedError(
        'WEBHOOK_BAD_TOKEN',
        `token validation failed: ${failures.join('; ')}`,
      );
    }
  }
}
