import { FieldSchema, list, object, required, stringMap } from './schema';

/**
 * Namespaces whose objects may refer to this one; any selector suffices.
 *
 * @public
 */
export interface AccessFrom {
  namespaceSelectors: { matchLabels?: Record<string, string> }[];
}

export function accessFrom(description: string): FieldSchema {
  return object<AccessFrom>(description, {
    namespaceSelectors: required(
      list(
        'Selectors over the labels of namespaces; any one suffices.',
        object<AccessFrom['namespaceSelectors'][number]>(
          'Labels that a namespace must have; every namespace if empty.',
          { matchLabels: stringMap('Labels and their values.') },
        ),
      ),
    ),
  });
}
