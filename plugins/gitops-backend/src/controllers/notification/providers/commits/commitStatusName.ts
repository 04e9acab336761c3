import { assertError } from '@backstage/errors';
import { CelExpressionCache } from '@backstage-gitops/kubernetes-apply';
import { Alert, Provider } from '@backstage-gitops/plugin-gitops-common';
import {
  NotificationError,
  NotificationEvent,
} from '@backstage-gitops/plugin-gitops-node';
import { providerTypeOf } from '../providerType';

/** Types that set the status of a commit. */
export const COMMIT_STATUS_TYPES: ReadonlySet<string> = new Set([
  'github',
  'gitlab',
  'gitea',
  'bitbucketserver',
  'bitbucket',
  'azuredevops',
]);

const expressions = new CelExpressionCache();

/**
 * The name under which a status is set: `commitStatusExpr`, else one that is another
 * for each Provider of each cluster (Flux 2.9). Empty for other types.
 *
 * @throws NotificationError where the expression fails
 */
export function commitStatusOf(
  provider: Provider,
  alert: Alert | undefined,
  event: NotificationEvent,
): string {
  if (!COMMIT_STATUS_TYPES.has(providerTypeOf(provider))) {
    return '';
  }
  const { commitStatusExpr } = provider.spec;
  if (!commitStatusExpr) {
    const { kind, name } = event.involvedObject;
    const [first] = (provider.metadata.uid ?? '').split('-');
    return `${kind}/${name}/${first}`.toLowerCase();
  }
  try {
    const result = expressions
      .compile(commitStatusExpr, {
        variables: ['event', 'alert', 'provider'],
        output: 'string',
      })
      .evaluateString({ event, alert: alert ?? {}, provider });
    if (result === '') {
      throw new Error('it gives an empty text');
    }
    return result;
  } catch (error) {
    assertError(error);
    throw new NotificationError(
      'NOTIFICATION_MISCONFIGURED',
      `spec.commitStatusExpr of the Provider failed: ${error.message}`,
    );
  }
}
