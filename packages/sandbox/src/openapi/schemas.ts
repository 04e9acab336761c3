import type { SchemaNode } from '@backstage-gitops/kubernetes-schema';
import type { JsonObject } from '../json/value';
import type { GoType } from '../protobuf/goTypes';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
const ANY: JsonObject = Object.freeze({
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
});
const META_TYPES = new Set([
  'LabelSelector',
  'LabelSelectorRequirement',
  'ListMeta',
  'ManagedFieldsEntry',
  'ObjectMeta',
  'OwnerReference',
  'Condition',
]);

/**
 * Writes types of built-in kinds as OpenAPI schemas: fields, lists and how they
 * merge. Named types become schemas of their own, which keeps recursive ones
 * finite; fields have no descriptions.
 */
export class SchemaWriter {
  readonly schemas: JsonObject = {};
  /** Unnamed types that are being written; what is below itself is left open. */
  private readonly open = new Set<SchemaNode>();

  constructor(private readonly prefix: string) {}

  /** A reference to a type; its schema is written when first referred to. */
  reference(node: SchemaNode, type: GoType): JsonObject {
    const name = META_TYPES.has(type.name)
      ? `${META}.${type.name}`
      : `${this.prefix}.${type.name}`;
    if (!this.schemas[name]) {
      this.schemas[name] = {};
      this.schemas[name] = this.object(node, type);
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  /** The schema of an object, in place. */
  object(node: SchemaNode, type: GoType | undefined): JsonObject {
    if (this.open.has(node)) return { ...ANY };
    const properties: JsonObject = {};
    this.open.add(node);
    for (const [name, field] of node.fields()) {
      properties[name] = this.property(field, type?.field(name));
    }
    this.open.delete(node);
    return {
      type: 'object',
      ...(node.required?.length ? { required: [...node.required] } : {}),
      properties,
    };
  }

  private property(node: SchemaNode, type: GoType | undefined): JsonObject {
    switch (node.type) {
      case 'object':
        return {
          ...(type
            ? { allOf: [this.reference(node, type)] }
            : this.object(node, undefined)),
          ...attributes(node),
        };
      case 'list':
        return {
          type: 'array',
          ...(node.element ? { items: this.property(node.element, type) } : {}),
          ...attributes(node),
        };
      case 'map':
        return {
          type: 'object',
          ...(node.element
            ? { additionalProperties: this.property(node.element, type) }
            : {}),
          ...attributes(node),
        };
      case 'scalar':
        return this.scalar(node);
      default:
        return { ...ANY };
    }
  }

  private scalar({ scalar }: SchemaNode): JsonObject {
    switch (scalar) {
      case 'intOrString':
        return this.shared(INT_OR_STRING, {
          format: 'int-or-string',
          oneOf: [{ type: 'integer' }, { type: 'string' }],
        });
      case 'quantity':
        return this.shared(QUANTITY, {
          oneOf: [{ type: 'string' }, { type: 'number' }],
        });
      default:
        return { type: scalar };
    }
  }

  private shared(name: string, schema: JsonObject): JsonObject {
    this.schemas[name] = schema;
    return { allOf: [{ $ref: `#/components/schemas/${name}` }] };
  }
}

function attributes(node: SchemaNode): JsonObject {
  return {
    ...(node.listType ? { 'x-kubernetes-list-type': node.listType } : {}),
    ...(node.listMapKeys
      ? { 'x-kubernetes-list-map-keys': [...node.listMapKeys] }
      : {}),
    ...(node.patchMergeKey
      ? { 'x-kubernetes-patch-merge-key': node.patchMergeKey }
      : {}),
    ...(node.patchStrategy
      ? { 'x-kubernetes-patch-strategy': node.patchStrategy.join(',') }
      : {}),
    ...(node.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  };
}
