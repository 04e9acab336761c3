/**
 * The most that the API server takes, in characters.
 *
 * @public
 */
export const MAX_MESSAGE_LENGTH = 32768;

/**
 * Cuts a message to what fits in a condition; a cut one ends in `...`.
 *
 * @public
 */
export function cutMessage(message: string): string {
  if (message.length <= MAX_MESSAGE_LENGTH) return message;
  const kept = message.slice(0, MAX_MESSAGE_LENGTH - 3);
  // A pair of surrogates that was cut in half is no text.
  return `${kept.replace(/[\uD800-\uDBFF]$/, '')}...`;
}
