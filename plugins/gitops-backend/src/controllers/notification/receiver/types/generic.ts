import { checkHmac } from '../signatures';
import { headerOf, WebhookType } from '../WebhookCall';

/** Whoever knows the path may call. */
export const generic: WebhookType = {
  async verify() {
    return {};
  },
};

/**
 * An HMAC of the body in `X-Signature`. Equal calls have equal signatures, so that a
 * repeated one cannot be told from a new one.
 */
export const genericHmac: WebhookType = {
  async verify(call, { token }) {
    checkHmac(headerOf(call, 'x-signature'), {
      ...{ header: 'X-Signature', body: call.body, key: token },
    });
    return {};
  },
};
