import { isJsonObject, parseJson } from '@backstage-gitops/kubernetes-yaml';
import { WebhookCall, WebhookRefusedError } from './WebhookCall';

/**
 * A body that is a JSON object.
 *
 * @param sender - whose calls have one, for messages
 * @throws WebhookRefusedError
 */
export function readPayload(
  body: Buffer,
  sender: string,
): Record<string, unknown> {
  let payload: unknown;
  try {
    payload = parseJson(body.toString('utf8'));
  } catch {
    payload = undefined;
  }
  if (!isJsonObject(payload)) {
    throw new WebhookRefusedError(
      'WEBHOOK_BAD_PAYLOAD',
      `the body is no JSON object, as ${sender} sends it`,
    );
  }
  return payload;
}

/** The media type of a call, without its parameters. */
export function mediaTypeOf({ headers }: WebhookCall): string {
  return (headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
}
