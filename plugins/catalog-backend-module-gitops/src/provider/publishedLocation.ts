/**
 * The location that entities published from a home carry, as their location key
 * too: no file that anybody registers has it, so none takes them over.
 */
export function publishedLocation(home: string): string {
  return `gitops-home:${home}`;
}
