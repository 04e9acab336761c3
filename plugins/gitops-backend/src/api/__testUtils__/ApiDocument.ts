import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020, { AnySchema, ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { isJsonObject, parseYaml } from '@backstage-gitops/kubernetes-yaml';

interface Parameter {
  name: string;
  in: 'query' | 'path';
  required?: boolean;
  schema: AnySchema & { type?: string };
}

interface Operation {
  operationId: string;
  /** JSON pointer into the document. */
  pointer: string;
  parameters: Parameter[];
  hasBody: boolean;
  statuses: string[];
}

/** A request as it is sent, and the answer to it. */
export interface Exchange {
  method: string;
  /** Path and query below the plugin's base. */
  url: string;
  body?: unknown;
  /** The body is not JSON, or not said to be. */
  unreadable?: boolean;
  status: number;
  /** Where the answer has a body. */
  contentType?: string;
  response: unknown;
}

const DOCUMENT = path.resolve(__dirname, '../../../openapi.yaml');

/**
 * The OpenAPI document of the plugin, to hold exchanges against. A request that
 * it does not allow must be refused with 400; one that it allows must not be,
 * unless its cursor is at fault; every answer must be one that it describes.
 */
export class ApiDocument {
  readonly document: Record<string, unknown>;
  private readonly ajv: Ajv2020;
  private readonly operations = new Map<string, Operation>();
  private readonly validators = new Map<string, ValidateFunction>();

  constructor() {
    const document = parseYaml(readFileSync(DOCUMENT, 'utf8'));
    if (!isJsonObject(document)) {
      throw new Error('openapi.yaml is no object');
    }
    this.document = document;
    this.ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(this.ajv);
    this.ajv.addSchema(document, 'openapi.yaml');
    for (const [template, item] of Object.entries(this.at('/paths'))) {
      for (const method of ['get', 'post']) {
        const operation = (item as Record<string, unknown>)[method];
        if (isJsonObject(operation)) {
          this.operations.set(
            `${method.toUpperCase()} ${template}`,
            this.operation(template, method),
          );
        }
      }
    }
  }

  /** Ids of all operations. */
  operationIds(): string[] {
    return [...this.operations.values()].map(({ operationId }) => operationId);
  }

  /** All examples of bodies with the pointers of their schemas. */
  examples(): { pointer: string; example: unknown; schema: string }[] {
    const found: { pointer: string; example: unknown; schema: string }[] = [];
    const visit = (value: unknown, pointer: string) => {
      if (!isJsonObject(value)) {
        return;
      }
      if ('schema' in value && 'example' in value) {
        found.push({
          pointer,
          example: value.example,
          schema: `${pointer}/schema`,
        });
      }
      for (const [name, child] of Object.entries(value)) {
        const step = `${pointer}/${escapePointer(name)}`;
        if (Array.isArray(child)) {
          child.forEach((item, i) => visit(item, `${step}/${i}`));
        } else {
          visit(child, step);
        }
      }
    };
    visit(this.document, '');
    return found;
  }

  /** Faults of a value, by the schema at a pointer; empty when there are none. */
  faultsOf(pointer: string, value: unknown): string[] {
    let validate = this.validators.get(pointer);
    if (!validate) {
      const encoded = pointer.split('/').map(encodeURIComponent).join('/');
      validate = this.ajv.compile({ $ref: `openapi.yaml#${encoded}` });
      this.validators.set(pointer, validate);
    }
    return validate(value)
      ? []
      : (validate.errors ?? []).map(
          error =>
            `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
        );
  }

  /** Throws unless the exchange is as described; gives its operation's id. */
  check(exchange: Exchange): string {
    const [pathname, query = ''] = exchange.url.split('?');
    const found = this.find(exchange.method, pathname);
    if (!found) {
      throw new Error(`${exchange.method} ${pathname} is not in openapi.yaml`);
    }
    const { operation, pathValues } = found;
    const where = `${exchange.method} ${exchange.url} (${exchange.status})`;
    const wrong = [
      ...this.parameterFaults(operation, pathValues, query),
      ...this.bodyFaults(operation, exchange.body),
      ...(exchange.unreadable ? ['the body is not JSON'] : []),
    ];
    const code = errorCodeOf(exchange.response);
    if (wrong.length > 0 && ![400, 401, 413].includes(exchange.status)) {
      throw new Error(
        `${where}: openapi.yaml does not allow the request, yet it was taken: ${wrong.join('; ')}`,
      );
    }
    if (wrong.length === 0 && code === 'GITOPS_INVALID_REQUEST') {
      const allowed = errorMessageOf(exchange.response);
      // What a schema cannot say: names of homes, forms of references.
      if (
        !/there is no home|no entity reference|Content-Type|applies nothing without|the manifest is not valid/.test(
          allowed,
        )
      ) {
        throw new Error(
          `${where}: openapi.yaml allows the request, yet it was refused: ${allowed}`,
        );
      }
    }
    if (!operation.statuses.includes(String(exchange.status))) {
      throw new Error(`${where}: openapi.yaml has no such status`);
    }
    const [type] = (exchange.contentType ?? '').split(';');
    const described = this.contentOf(operation, exchange.status);
    if (described ? !described[type] : type !== '') {
      throw new Error(`${where}: the answer is ${exchange.contentType}`);
    }
    if (type !== 'application/json') {
      return operation.operationId;
    }
    const faults = this.faultsOf(
      this.responseSchema(operation, exchange.status),
      exchange.response,
    );
    if (faults.length > 0) {
      throw new Error(
        `${where}: the answer is not as openapi.yaml has it:\n${faults.join('\n')}`,
      );
    }
    return operation.operationId;
  }

  private parameterFaults(
    operation: Operation,
    pathValues: Record<string, string>,
    query: string,
  ): string[] {
    const faults: string[] = [];
    const given = new URLSearchParams(query);
    const known = new Set<string>();
    operation.parameters.forEach((parameter, i) => {
      const { name } = parameter;
      const pointer = `${operation.pointer}/-parameters/${i}`;
      if (parameter.in === 'path') {
        faults.push(
          ...this.faultsOfSchema(pointer, parameter.schema, pathValues[name]),
        );
        return;
      }
      known.add(name);
      const values = given.getAll(name);
      if (values.length === 0) {
        if (parameter.required) {
          faults.push(`${name} is missing`);
        }
        return;
      }
      if (parameter.schema.type === 'array') {
        faults.push(...this.faultsOfSchema(pointer, parameter.schema, values));
      } else if (values.length > 1) {
        faults.push(`${name} is given ${values.length} times`);
      } else {
        faults.push(
          ...this.faultsOfSchema(
            pointer,
            parameter.schema,
            coerce(values[0], parameter.schema.type),
          ),
        );
      }
    });
    for (const name of given.keys()) {
      if (!known.has(name)) {
        faults.push(`there is no parameter ${name}`);
      }
    }
    return faults;
  }

  private bodyFaults(operation: Operation, body: unknown): string[] {
    if (body === undefined) {
      return [];
    }
    return operation.hasBody
      ? this.faultsOf(
          `${operation.pointer}/requestBody/content/application~1json/schema`,
          body,
        )
      : ['there is no body'];
  }

  private faultsOfSchema(
    id: string,
    schema: AnySchema,
    value: unknown,
  ): string[] {
    let validate = this.validators.get(id);
    if (!validate) {
      // Relative references are about the document.
      validate = this.ajv.compile(
        JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi.yaml#/')),
      );
      this.validators.set(id, validate);
    }
    return validate(value)
      ? []
      : (validate.errors ?? []).map(error => `${id} ${error.message}`);
  }

  private responseSchema(operation: Operation, status: number): string {
    return `${this.responseOf(operation, status)}/content/application~1json/schema`;
  }

  private responseOf(operation: Operation, status: number): string {
    const pointer = `${operation.pointer}/responses/${status}`;
    const { $ref } = this.at(pointer);
    return typeof $ref === 'string' ? $ref.slice(1) : pointer;
  }

  /** By media type; undefined where the answer has no body. */
  private contentOf(operation: Operation, status: number) {
    const { content } = this.at(this.responseOf(operation, status));
    return content as Record<string, unknown> | undefined;
  }

  private operation(template: string, method: string): Operation {
    const item = `/paths/${escapePointer(template)}`;
    const pointer = `${item}/${method}`;
    const operation = this.at(pointer);
    const resolve = (entry: Record<string, unknown>): Parameter =>
      (typeof entry.$ref === 'string'
        ? this.at(entry.$ref.slice(1))
        : entry) as unknown as Parameter;
    const list = (value: unknown) =>
      ((value ?? []) as Record<string, unknown>[]).map(resolve);
    return {
      operationId: String(operation.operationId),
      pointer,
      parameters: [
        ...list(this.at(item).parameters),
        ...list(operation.parameters),
      ],
      hasBody: operation.requestBody !== undefined,
      statuses: Object.keys(operation.responses as object),
    };
  }

  private find(method: string, pathname: string) {
    const parts = pathname.split('/');
    for (const [key, operation] of this.operations) {
      const [verb, template] = key.split(' ');
      const steps = template.split('/');
      const pathValues: Record<string, string> = {};
      const fits =
        verb === method &&
        steps.length === parts.length &&
        steps.every((step, i) => {
          if (!step.startsWith('{')) {
            return step === parts[i];
          }
          pathValues[step.slice(1, -1)] = decodeURIComponent(parts[i]);
          return true;
        });
      if (fits) {
        return { operation, pathValues };
      }
    }
    return undefined;
  }

  private at(pointer: string): Record<string, unknown> {
    let value: unknown = this.document;
    for (const step of pointer.split('/').slice(1)) {
      const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
      value = (value as Record<string, unknown>)[name];
    }
    if (!isJsonObject(value)) {
      throw new Error(`openapi.yaml has no object at ${pointer}`);
    }
    return value;
  }
}

function coerce(text: string, type: string | undefined): unknown {
  if (type === 'integer' && /^-?\d+$/.test(text)) {
    return Number(text);
  }
  if (type === 'boolean' && /^(true|false)$/.test(text)) {
    return text === 'true';
  }
  return text;
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function errorCodeOf(response: unknown): unknown {
  return (response as { error?: { code?: unknown } })?.error?.code;
}

function errorMessageOf(response: unknown): string {
  return String(
    (response as { error?: { message?: unknown } })?.error?.message,
  );
}
