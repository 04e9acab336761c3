/**
 * How Flux writes an object in messages: `Kind/namespace/name`, or `Kind/name`
 * without a namespace.
 *
 * @public
 */
export function subjectOf(
  object:
    | { kind: string; namespace?: string; name: string }
    | { kind: string; metadata: { namespace?: string; name: string } },
): string {
  const { namespace, name } = 'metadata' in object ? object.metadata : object;
  return [object.kind, namespace, name].filter(Boolean).join('/');
}
