import { mediaTypeOf } from '../payloads';
import { bodyIdentity, checkHmac } from '../signatures';
import {
  checkEvent,
  headerOf,
  VerifiedCall,
  WebhookCall,
  WebhookContext,
  WebhookRefusedError,
  WebhookType,
} from '../WebhookCall';

/**
 * Calls that are signed as those of GitHub: an HMAC of the body in
 * `X-Hub-Signature-256`, or `X-Hub-Signature` as before; JSON, or a form with JSON
 * in its field `payload`.
 */
function hub(sender: string, eventHeader: string): WebhookType {
  return {
    async verify(
      call: WebhookCall,
      context: WebhookContext,
    ): Promise<VerifiedCall> {
      const { body } = call;
      const header = call.headers['x-hub-signature-256']
        ? 'X-Hub-Signature-256'
        : 'X-Hub-Signature';
      checkHmac(headerOf(call, header.toLowerCase()), {
        ...{ header, body, key: context.token },
      });
      const payload = payloadOf(call, sender);
      checkEvent(headerOf(call, eventHeader.toLowerCase()), context);
      return { payload, identity: bodyIdentity(body) };
    },
  };
}

function payloadOf(call: WebhookCall, sender: string): Buffer {
  switch (mediaTypeOf(call)) {
    case 'application/json':
      return call.body;
    case 'application/x-www-form-urlencoded':
      return Buffer.from(
        new URLSearchParams(call.body.toString('utf8')).get('payload') ?? '',
      );
    default:
      throw new WebhookRefusedError(
        'WEBHOOK_BAD_PAYLOAD',
        `${sender} sends application/json or a form; set the content type of the webhook to application/json`,
      );
  }
}

/** https://docs.github.com/webhooks: HMAC, event in `X-GitHub-Event`. */
export const github = hub('GitHub', 'X-GitHub-Event');

/** Bitbucket Server and Data Center: as GitHub, event in `X-Event-Key`. */
export const bitbucket = hub('Bitbucket', 'X-Event-Key');
