import { CustomErrorBase } from '@backstage/errors';
import { IncomingHttpHeaders } from 'node:http';

/** What came to a webhook: headers in lower case, and the body as it was sent. */
export interface WebhookCall {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** What a call is held against. */
export interface WebhookContext {
  /** `token` of the Secret; empty without one. */
  token: string;
  /** Another value of the Secret. */
  secret(key: string): string | undefined;
  /** `spec.events`; all without it. */
  events?: readonly string[];
}

/** A call that is what it says it is. */
export interface VerifiedCall {
  /** What filters see as `req`; default the body, where that is JSON. */
  payload?: Buffer;
  /** Of the token that came with it. */
  claims?: Record<string, unknown>;
  /**
   * The same for a call that comes again and for no other; undefined where that
   * cannot be told.
   */
  identity?: string;
}

/** One form of webhooks: `spec.type` of a Receiver. */
export interface WebhookType {
  /** @throws WebhookRefusedError */
  verify(call: WebhookCall, context: WebhookContext): Promise<VerifiedCall>;
}

/**
 * Why a call is not taken:
 *
 * - `UNSIGNED`, `BAD_SIGNATURE`, `BAD_TOKEN`: whoever calls does not know the secret
 * - `EVENT_NOT_WANTED`: `spec.events` does not have it
 * - `BAD_PAYLOAD`: it is not what such a service sends
 * - `BAD_SETTINGS`: the Secret of the Receiver lacks something
 * - `REPEATED`: it was taken before
 */
export type WebhookRefusal =
  | 'WEBHOOK_UNSIGNED'
  | 'WEBHOOK_BAD_SIGNATURE'
  | 'WEBHOOK_BAD_TOKEN'
  | 'WEBHOOK_EVENT_NOT_WANTED'
  | 'WEBHOOK_BAD_PAYLOAD'
  | 'WEBHOOK_BAD_SETTINGS'
  | 'WEBHOOK_REPEATED';

/** A call is not taken; the message is for whoever set the webhook up. */
export class WebhookRefusedError extends CustomErrorBase {
  readonly name = 'WebhookRefusedError';

  constructor(
    readonly code: WebhookRefusal,
    message: string,
  ) {
    super(message);
  }
}

/** A header that is there once. */
export function headerOf(
  { headers }: WebhookCall,
  name: string,
): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** @throws WebhookRefusedError where `spec.events` does not have it, however it is spelled */
export function checkEvent(
  event: string | undefined,
  { events }: WebhookContext,
): void {
  const isWanted =
    !events?.length ||
    events.some(each => each.toLowerCase() === event?.toLowerCase());
  if (!isWanted) {
    throw new WebhookRefusedError(
      'WEBHOOK_EVENT_NOT_WANTED',
      `the event ${JSON.stringify((event ?? '').slice(0, 100))} is not among spec.events of the Receiver`,
    );
  }
}
