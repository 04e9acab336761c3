import { FluxAnnotation } from '../annotations';
import { JsonObject, KubernetesObject } from '../objects';
import { GitopsKind } from './kind';
import { toOpenApi } from './openApi';

/**
 * The CustomResourceDefinition of a kind, with its served version only. Field
 * names, types, limits, defaults, columns and categories are Flux's (2.9), so
 * that it may stand in for Flux's own; the descriptions are ours.
 *
 * @public
 */
export function crdOf(kind: GitopsKind): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${kind.plural}.${kind.group}`,
      annotations: {
        // The descriptions may hold ${…}, which a post-build substitution would eat.
        [FluxAnnotation.substitute]: 'disabled',
      },
    },
    spec: {
      group: kind.group,
      names: {
        categories: ['all', 'fluxcd', kind.category],
        kind: kind.kind,
        listKind: kind.listKind,
        plural: kind.plural,
        ...(kind.shortNames.length > 0 && {
          shortNames: [...kind.shortNames],
        }),
        singular: kind.singular,
      },
      scope: 'Namespaced',
      versions: [versionOf(kind)],
    },
  };
}

function versionOf(kind: GitopsKind): JsonObject {
  return {
    name: kind.servedVersion,
    served: true,
    storage: kind.servedVersion === kind.storageVersion,
    additionalPrinterColumns: kind.printerColumns.map(
      ({ name, type, jsonPath, priority }) => ({
        name,
        type,
        jsonPath,
        ...(priority !== undefined && { priority }),
      }),
    ),
    schema: {
      openAPIV3Schema: {
        description: kind.description,
        type: 'object',
        properties: {
          apiVersion: {
            description: `Group and version of the kind: ${kind.apiVersion}.`,
            type: 'string',
          },
          kind: { description: `${kind.kind}.`, type: 'string' },
          metadata: { type: 'object' },
          spec: toOpenApi(kind.spec),
          ...(kind.status && { status: toOpenApi(kind.status) }),
        },
      },
    },
    subresources: kind.status ? { status: {} } : {},
  };
}
