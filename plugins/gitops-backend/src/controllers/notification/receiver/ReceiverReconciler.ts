import {
  ConditionType,
  durationToMs,
  GitopsObject,
  OidcProvider,
  Reason,
  Receiver,
  receiverKind,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { ReconcileRun } from '../../../engine/reconcile/ReconcileRun';
import { Reconciler } from '../../../engine/reconcile/Reconciler';
import { done, Outcome, retry, stalled } from '../../../engine/run/Outcome';
import { ObjectReference } from '../../../homes/ObjectReference';
import { isConfig } from '../../kustomize/configReferences';
import { ClaimRules } from './ClaimRules';
import { ReceiverSecret } from './ReceiverSecret';
import { InvalidFilterError, ResourceFilters } from './ResourceFilter';
import { webhookPathOf } from './webhookPath';

type Run = ReconcileRun<Receiver>;

const DEFAULT_INTERVAL = '10m';
const TERMINAL = 'Reconciliation failed terminally due to configuration error';

/** What is wrong with a Receiver until somebody changes it. */
class ReceiverProblem extends Error {
  constructor(
    readonly reason: 'ValidationFailed' | 'InvalidCELExpression',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Says where the webhook of a Receiver is called (Flux 2.9, notification-controller
 * 1.8), and looks again at its interval whether the token is another.
 */
export class ReceiverReconciler implements Reconciler<Receiver> {
  readonly kind = receiverKind;
  /** Nothing that is outside of the object has to be undone. */
  readonly finalizer = null;

  references({ metadata, spec }: Receiver): ObjectReference[] {
    const { namespace = 'default' } = metadata;
    const { secretRef } = spec;
    return secretRef
      ? [{ kind: 'Secret', namespace, name: secretRef.name }]
      : [];
  }

  /** The token may be another. */
  wakesFor(
    _: Receiver,
    changed: GitopsObject,
    before: GitopsObject | undefined,
  ): boolean {
    return isConfig(changed) && before !== undefined;
  }

  async reconcile(run: Run): Promise<Outcome> {
    const { object } = run;
    try {
      checkReceiver(object);
    } catch (error) {
      if (error instanceof ReceiverProblem) {
        return this.stall(run, error);
      }
      throw error;
    }
    let secret: ReceiverSecret;
    try {
      secret = await ReceiverSecret.read(run.home, object, run.signal);
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      delete run.status.webhookPath;
      await run.report({
        condition: { type: ConditionType.Ready, status: 'False' },
        event: 'Warning',
        reason: 'TokenNotFound',
        message: error.message,
      });
      return retry(error);
    }
    const path = webhookPathOf(object, secret.token);
    const isNews = run.status.webhookPath !== path;
    run.status.webhookPath = path;
    run.status.observedGeneration = run.generation;
    const interval = object.spec.interval ?? DEFAULT_INTERVAL;
    await run.report({
      condition: { type: ConditionType.Ready, status: 'True' },
      reason: Reason.Succeeded,
      message: `Receiver initialized for path: ${path}`,
    });
    // The path is half a secret: it is in the status, and told nowhere else.
    await run.report({
      event: isNews ? 'Normal' : 'Trace',
      reason: Reason.Succeeded,
      message: `Reconciliation finished, next run in ${interval}`,
    });
    return done(durationToMs(interval));
  }

  async finalize(): Promise<Outcome> {
    return done(null);
  }

  private async stall(
    run: Run,
    { reason, message: why }: ReceiverProblem,
  ): Promise<Outcome> {
    const message = `${TERMINAL}: ${why}`;
    run.status.observedGeneration = run.generation;
    await run.report({
      condition: { type: ConditionType.Ready, status: 'False' },
      event: 'Warning',
      ...{ reason, message },
    });
    return stalled(new Error(message), reason);
  }
}

/** What a definition checks as well, for homes whose definition does not. */
function checkReceiver({ spec }: Receiver): void {
  const { type, secretRef, oidcProviders = [] } = spec;
  try {
    // Compiled for its errors.
    void new ResourceFilters(spec);
  } catch (error) {
    if (error instanceof InvalidFilterError) {
      throw new ReceiverProblem('InvalidCELExpression', error.message);
    }
    throw error;
  }
  const isOidc = type === 'generic-oidc';
  const problem =
    (isOidc &&
      oidcProviders.length === 0 &&
      'generic-oidc receiver requires at least one oidcProvider') ||
    (!isOidc &&
      oidcProviders.length > 0 &&
      'oidcProviders can only be set when type is generic-oidc') ||
    (isOidc &&
      secretRef &&
      'secretRef cannot be set when type is generic-oidc') ||
    (!isOidc &&
      !secretRef &&
      'secretRef is required when type is not generic-oidc');
  if (problem) {
    throw new ReceiverProblem('ValidationFailed', problem);
  }
  oidcProviders.forEach(checkProvider);
}

function checkProvider(
  provider: OidcProvider,
  i: number,
  all: readonly OidcProvider[],
): void {
  const { issuerURL, validations } = provider;
  const where = `oidcProviders[${i}] (issuerURL="${issuerURL}")`;
  if (!/^https?:\/\//.test(issuerURL) || !URL.canParse(issuerURL)) {
    throw new ReceiverProblem(
      'ValidationFailed',
      `${where}: issuerURL must be an address that begins with http:// or https://`,
    );
  }
  if (all.findIndex(other => other.issuerURL === issuerURL) < i) {
    throw new ReceiverProblem(
      'ValidationFailed',
      `${where}: the issuer is named twice`,
    );
  }
  if (!validations?.length) {
    throw new ReceiverProblem(
      'ValidationFailed',
      `${where}: at least one validation is required; without one, whoever gets a token of this issuer may call`,
    );
  }
  try {
    // Compiled for its errors.
    void new ClaimRules(provider);
  } catch (error) {
    assertError(error);
    throw new ReceiverProblem(
      'InvalidCELExpression',
      `${where}: ${error.message}`,
    );
  }
}
