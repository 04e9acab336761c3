import { Receiver } from '@backstage-gitops/plugin-gitops-common';
import { createHash } from 'node:crypto';

/** What all paths of webhooks begin with. */
export const WEBHOOK_ROOT = '/hook/';

/**
 * Where the webhook of a Receiver is called: whoever knows the token knows the path
 * (notification-controller 1.8).
 */
export function webhookPathOf({ metadata }: Receiver, token: string): string {
  const { name, namespace = 'default' } = metadata;
  const digest = createHash('sha256')
    .update(`${token}${name}${namespace}`)
    .digest('hex');
  return `${WEBHOOK_ROOT}${digest}`;
}
