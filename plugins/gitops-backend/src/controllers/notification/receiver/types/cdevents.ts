import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import { readPayload } from '../payloads';
import {
  checkEvent,
  headerOf,
  WebhookRefusedError,
  WebhookType,
} from '../WebhookCall';

/** `dev.cdevents.<subject>.<predicate>.<version>`, or `dev.cdeventsx.…` of others. */
const TYPE =
  /^dev\.cdevents(?:\.[a-z]+\.[a-z]+|x\.[a-z0-9]+-[a-z]+\.[a-z]+)\.\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/i;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/**
 * CDEvents 0.4 by HTTP, the event in `Ce-Type`. The context and the subject are held
 * against the specification; what each kind of subject says is not looked at.
 */
export const cdevents: WebhookType = {
  async verify(call, context) {
    const { context: about, subject } = readPayload(
      call.body,
      'a source of CDEvents',
    );
    if (!isJsonObject(about) || !isJsonObject(subject)) {
      throw invalid('it has no context or no subject');
    }
    for (const field of ['version', 'id', 'source', 'type', 'timestamp']) {
      if (typeof about[field] !== 'string' || about[field] === '') {
        throw invalid(`context.${field} is missing`);
      }
    }
    if (!/^0\.4(\.|$)/.test(String(about.version))) {
      throw invalid('context.version is not 0.4');
    }
    if (!TYPE.test(String(about.type))) {
      throw invalid(
        'context.type is not dev.cdevents.SUBJECT.PREDICATE.VERSION',
      );
    }
    if (!TIME.test(String(about.timestamp))) {
      throw invalid('context.timestamp is no time of RFC 3339');
    }
    if (typeof subject.id !== 'string' || !isJsonObject(subject.content)) {
      throw invalid('subject.id or subject.content is missing');
    }
    checkEvent(headerOf(call, 'ce-type'), context);
    // The two name an event among all that there are.
    return { identity: JSON.stringify([about.source, about.id]) };
  },
};

function invalid(why: string): WebhookRefusedError {
  return new WebhookRefusedError(
    'WEBHOOK_BAD_PAYLOAD',
    `the body is no CDEvent: ${why}`,
  );
}
