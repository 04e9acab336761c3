import type { SchemaNode } from '@backstage-gitops/kubernetes-schema';
import { schemaOf } from '@backstage-gitops/kubernetes-schema';
import type {
  FieldType,
  ListType,
  ScalarType,
} from '../managed-fields/fieldType';
import { DEDUCED, UNTYPED_ATOMIC } from '../managed-fields/fieldType';
import type { JsonSchema } from './jsonSchema';
import { memberSchema } from './jsonSchema';

type MutableFieldType = { -readonly [K in keyof FieldType]: FieldType[K] };

/** Makes merge types and shares them: a schema gives the same type each time. */
export class FieldTypes {
  private readonly nodes = new WeakMap<SchemaNode, FieldType>();
  private readonly schemas = new WeakMap<JsonSchema, FieldType>();
  private metadataType?: FieldType;

  /** The merge type of a built-in type. */
  ofNode(node: SchemaNode): FieldType {
    const known = this.nodes.get(node);
    if (known) return known;
    const type: MutableFieldType = {};
    this.nodes.set(node, type);
    switch (node.type) {
      case 'object':
        type.map = {
          atomic: node.atomic ?? false,
          field: name => this.optional(node.field(name)),
        };
        break;
      case 'map':
        type.map = {
          atomic: node.atomic ?? false,
          element: node.element ? this.ofNode(node.element) : DEDUCED,
        };
        break;
      case 'list':
        type.list = this.listOfNode(node);
        break;
      case 'scalar':
        type.scalar = scalarOfNode(node);
        break;
      default:
        Object.assign(type, node.atomic ? UNTYPED_ATOMIC : DEDUCED);
    }
    return type;
  }

  /** The merge type of a custom resource: its schema, and Kubernetes' own metadata. */
  ofCustomResource(schema: JsonSchema): FieldType {
    const body = this.ofSchema(schema);
    const text: FieldType = { scalar: 'string' };
    return {
      map: {
        ...body.map,
        atomic: false,
        field: name => {
          if (name === 'apiVersion' || name === 'kind') return text;
          if (name === 'metadata') return this.metadata();
          return body.map?.field?.(name);
        },
      },
    };
  }

  /** The merge type of `metadata`. */
  metadata(): FieldType {
    if (!this.metadataType) {
      const node = schemaOf('v1', 'ConfigMap')?.field('metadata');
      this.metadataType = node ? this.ofNode(node) : DEDUCED;
    }
    return this.metadataType;
  }

  private ofSchema(schema: JsonSchema): FieldType {
    const known = this.schemas.get(schema);
    if (known) return known;
    const type: MutableFieldType = {};
    this.schemas.set(schema, type);
    if (schema['x-kubernetes-int-or-string']) {
      type.scalar = 'any';
      return type;
    }
    switch (schema.type) {
      case 'object':
        this.fillObject(type, schema);
        break;
      case 'array':
        type.list = this.listOfSchema(schema);
        break;
      case 'string':
        type.scalar = 'string';
        break;
      case 'integer':
      case 'number':
        type.scalar = 'number';
        break;
      case 'boolean':
        type.scalar = 'boolean';
        break;
      default:
        Object.assign(type, DEDUCED);
    }
    return type;
  }

  private fillObject(type: MutableFieldType, schema: JsonSchema): void {
    const embedded = schema['x-kubernetes-embedded-resource'];
    const open =
      schema['x-kubernetes-preserve-unknown-fields'] ||
      schema.additionalProperties === true;
    let element: FieldType | undefined = open ? DEDUCED : undefined;
    if (typeof schema.additionalProperties === 'object') {
      element = this.ofSchema(schema.additionalProperties);
    }
    type.map = {
      atomic: schema['x-kubernetes-map-type'] === 'atomic',
      element,
      field: name => {
        if (schema.properties && Object.hasOwn(schema.properties, name)) {
          return this.ofSchema(schema.properties[name]);
        }
        return embedded && name === 'metadata' ? this.metadata() : undefined;
      },
    };
  }

  private listOfSchema(schema: JsonSchema): ListType {
    const items = schema.items ?? {};
    const relation = listRelation(schema['x-kubernetes-list-type']);
    return {
      relation,
      element: this.ofSchema(items),
      keys:
        relation === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : [],
      keyDefault: key => memberSchema(items, key)?.default,
    };
  }

  private listOfNode(node: SchemaNode): ListType {
    const relation = listRelation(node.listType);
    const { element } = node;
    return {
      relation,
      element: element ? this.ofNode(element) : DEDUCED,
      keys: relation === 'map' ? (node.listMapKeys ?? []) : [],
      keyDefault: key => element?.field(key)?.default,
    };
  }

  private optional(node: SchemaNode | undefined): FieldType | undefined {
    return node && this.ofNode(node);
  }
}

function listRelation(listType: string | undefined): ListType['relation'] {
  return listType === 'map' || listType === 'set' ? listType : 'atomic';
}

function scalarOfNode(node: SchemaNode): ScalarType {
  switch (node.scalar) {
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'string':
      return 'string';
    default:
      return 'any';
  }
}
