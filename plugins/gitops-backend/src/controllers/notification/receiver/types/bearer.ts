import { headerOf, WebhookCall, WebhookRefusedError } from '../WebhookCall';

/** The token of `Authorization: Bearer`. @throws WebhookRefusedError */
export function bearerOf(call: WebhookCall): string {
  const given = headerOf(call, 'authorization');
  const token = given && /^Bearer +(\S+) *$/.exec(given)?.[1];
  if (!token) {
    throw new WebhookRefusedError(
      'WEBHOOK_UNSIGNED',
      'there is no header Authorization with a Bearer token',
    );
  }
  return token;
}
