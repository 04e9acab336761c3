import { isSameSecret } from '../signatures';
import {
  checkEvent,
  headerOf,
  WebhookRefusedError,
  WebhookType,
} from '../WebhookCall';

/** GitLab: the token itself in `X-Gitlab-Token`, the event in `X-Gitlab-Event`. */
export const gitlab: WebhookType = {
  async verify(call, context) {
    checkToken('X-Gitlab-Token', headerOf(call, 'x-gitlab-token'), context);
    checkEvent(headerOf(call, 'x-gitlab-event'), context);
    return {};
  },
};

/** Harbor: the token itself as `Authorization`. */
export const harbor: WebhookType = {
  async verify(call, context) {
    checkToken('Authorization', call.headers.authorization, context);
    return {};
  },
};

function checkToken(
  header: string,
  given: string | undefined,
  { token }: { token: string },
): void {
  if (given === undefined || !isSameSecret(given, token)) {
    throw new WebhookRefusedError(
      given === undefined ? 'WEBHOOK_UNSIGNED' : 'WEBHOOK_BAD_TOKEN',
      given === undefined
        ? `there is no header ${header}; set the secret of the webhook to the token of the Receiver's Secret`
        : `the header ${header} is not the token of the Receiver's Secret`,
    );
  }
}
