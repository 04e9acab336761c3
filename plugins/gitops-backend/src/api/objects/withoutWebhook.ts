const PATH = /\/hook\/[0-9a-f]{64}/g;

/**
 * A text without the paths of webhooks, which Flux has in conditions: whoever knows
 * one may call it, and who may see an object may not do that by that alone.
 */
export function withoutWebhook(text: string): string {
  return typeof text === 'string' ? text.replace(PATH, '/hook/…') : text;
}
