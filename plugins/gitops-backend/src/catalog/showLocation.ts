/** A text with addresses, without the user parts of these. */
export function showLocation(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, '//');
}
