import { isJsonObject, stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import { TokenVerifier } from '../TokenVerifier';
import { readPayload } from '../payloads';
import {
  WebhookContext,
  WebhookRefusedError,
  WebhookType,
} from '../WebhookCall';
import { bearerOf } from './bearer';

const ISSUERS = ['https://accounts.google.com', 'accounts.google.com'];
const KEYS = 'https://www.googleapis.com/oauth2/v3/certs';

/**
 * Pushes of Google Pub/Sub that tell of images: a token that Google signed for the
 * `audience` and the service account `email` of the Secret; the message is inside
 * the envelope, in base64.
 *
 * @param keys - where Google's keys are
 */
export function gcr(verifier: TokenVerifier, keys: string = KEYS): WebhookType {
  return {
    async verify(call, context) {
      const email = required(context, 'email');
      const audience = required(context, 'audience');
      const claims = await verifier.verify(bearerOf(call), {
        ...{ keys, audience, issuer: ISSUERS },
      });
      if (claims.email !== email || claims.email_verified !== true) {
        throw new WebhookRefusedError(
          'WEBHOOK_BAD_TOKEN',
          `the token is not of the service account that the Receiver's Secret names by email, or its address is not verified`,
        );
      }
      const { message } = readPayload(call.body, 'Google Pub/Sub');
      const data = isJsonObject(message) ? message.data : undefined;
      const id = isJsonObject(message) ? message.messageId : undefined;
      const { action, digest, tag } = readPayload(
        Buffer.from(typeof data === 'string' ? data : '', 'base64'),
        'Container Registry, as the data of the message,',
      );
      return {
        payload: Buffer.from(
          stringifyJson({
            action: action ?? '',
            digest: digest ?? '',
            tag: tag ?? '',
          }),
        ),
        ...(typeof id === 'string' && id !== '' && { identity: id }),
      };
    },
  };
}

function required(context: WebhookContext, key: string): string {
  const value = context.secret(key);
  if (!value) {
    throw new WebhookRefusedError(
      'WEBHOOK_BAD_SETTINGS',
      `the Receiver's Secret has no key '${key}', which calls of Google are held against`,
    );
  }
  return value;
}
