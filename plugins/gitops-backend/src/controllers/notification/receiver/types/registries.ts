import { readPayload } from '../payloads';
import { bodyIdentity, checkHexHmac } from '../signatures';
import { headerOf, WebhookRefusedError, WebhookType } from '../WebhookCall';

/** Services that sign nothing: whoever knows the path may call, with their payload. */
function unsigned(sender: string): WebhookType {
  return {
    async verify({ body }) {
      readPayload(body, sender);
      return {};
    },
  };
}

/** Docker Hub: `push_data`, `repository`. */
export const dockerhub = unsigned('Docker Hub');

/** Quay: `docker_url`, `updated_tags`. */
export const quay = unsigned('Quay');

/** Azure Container Registry: `action`, `target`. */
export const acr = unsigned('Azure Container Registry');

/** Sonatype Nexus: the HMAC-SHA1 of the body, hex, in `X-Nexus-Webhook-Signature`. */
export const nexus: WebhookType = {
  async verify(call, { token }) {
    const { body } = call;
    const header = 'X-Nexus-Webhook-Signature';
    const signature = headerOf(call, header.toLowerCase());
    if (signature === undefined) {
      throw new WebhookRefusedError(
        'WEBHOOK_UNSIGNED',
        `there is no header ${header}; set the secret key of the webhook to the token of the Receiver's Secret`,
      );
    }
    checkHexHmac(signature, { algorithm: 'sha1', header, body, key: token });
    readPayload(body, 'Nexus');
    return { identity: bodyIdentity(body) };
  },
};
