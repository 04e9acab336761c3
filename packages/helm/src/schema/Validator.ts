import {
  getOwn,
  isJsonObject,
  JsonObject,
  JsonValue,
} from '@backstage-gitops/kubernetes-yaml';
import { quoteSingle } from '../text/quote';
import { checkCombinations } from './checkCombinations';
import { checkList } from './checkList';
import { checkNumber } from './checkNumber';
import { checkTable } from './checkTable';
import { Draft } from './drafts';
import { equals, typeName } from './equality';
import { checkFormat } from './formats';
import { Frame, Visitor } from './Frame';
import { checkCount, count, describeChoices, violation } from './keywords';
import { Rational } from './Rational';
import { SchemaDocument } from './SchemaDocument';
import { SchemaError } from './SchemaError';
import {
  checkUnevaluated,
  isDone,
  keepCommon,
  unevaluatedOf,
} from './unevaluated';
import { showScalar, Violation } from './Violation';

const TYPE_ORDER = [
  'null',
  'boolean',
  'number',
  'integer',
  'string',
  'array',
  'object',
];
const MAX_DEPTH = 600;

/**
 * Checks values against a schema, from draft 4 to 2020-12, with the messages
 * of Helm 4 (jsonschema 6.0). Each look at a value or a schema is a step; with
 * too many of them it fails.
 */
export class Validator implements Visitor {
  private steps: number;
  private depth = 0;

  constructor(
    readonly document: SchemaDocument,
    options: { maxSteps: number },
  ) {
    this.steps = options.maxSteps;
  }

  validate(value: JsonValue): Violation[] {
    const schema = this.document.root;
    const found = this.visit({
      value,
      at: [],
      schema,
      sameValue: false,
      unevaluated: unevaluatedOf(this, value, schema, false),
    });
    if (!found) {
      return [];
    }
    return found.isGroup ? [...found.causes] : [found];
  }

  step(steps = 1): void {
    this.steps -= steps;
    if (this.steps < 0) {
      throw new SchemaError(
        'limit',
        'to check the values against the schema takes too many steps',
      );
    }
  }

  visit(frame: Frame): Violation | undefined {
    this.step();
    this.depth++;
    if (this.depth > MAX_DEPTH) {
      throw new SchemaError(
        'limit',
        `the values or the schema are nested more than ${MAX_DEPTH} levels deep`,
      );
    }
    try {
      const { schema, at } = frame;
      if (!isJsonObject(schema)) {
        return schema === false ? violation(at, 'false schema') : undefined;
      }
      return group(at, this.visitObject(frame, schema));
    } finally {
      this.depth--;
    }
  }

  private visitObject(frame: Frame, schema: JsonObject): Violation[] {
    const { value, at } = frame;
    for (
      let outer = frame.sameValue ? frame.outer : undefined;
      outer;
      outer = outer.sameValue ? outer.outer : undefined
    ) {
      this.step();
      if (outer.schema === schema) {
        return [
          violation(
            at,
            `the reference at "${this.document.locationOf(schema)}" leads to itself, causing reference cycle`,
          ),
        ];
      }
    }
    const { draft } = this.document.resourceOf(schema);
    const reference = getOwn(schema, '$ref');
    if (draft < 2019 && typeof reference === 'string') {
      return this.visitReference(frame, schema, reference);
    }
    const wrong = this.checkAny(frame, schema, draft);
    if (wrong) {
      return [violation(at, wrong)];
    }
    const found: Violation[] = [];
    if (typeof reference === 'string') {
      found.push(...this.visitReference(frame, schema, reference));
    }
    if (Array.isArray(value)) {
      checkList(this, frame, value, schema, draft, found);
    } else if (isJsonObject(value)) {
      checkTable(this, frame, value, schema, draft, found);
    } else if (typeof value === 'string') {
      this.checkString(at, value, schema, found);
    } else if (typeof value === 'number' || typeof value === 'bigint') {
      checkNumber(at, value, schema, draft, found);
    }
    if (draft >= 2019) {
      this.visitDynamic(frame, schema, draft, found);
    }
    checkCombinations(this, frame, schema, draft, found);
    if (draft >= 2019) {
      checkUnevaluated(this, frame, schema, found);
    }
    return found;
  }

  /** Keywords for values of any type; the first that fails ends the check. */
  private checkAny(
    { value }: Frame,
    schema: JsonObject,
    draft: Draft,
  ): string | undefined {
    const type = getOwn(schema, 'type');
    if (type !== undefined) {
      const wanted = TYPE_ORDER.filter(name =>
        Array.isArray(type) ? type.includes(name) : type === name,
      );
      const actual = typeName(value);
      const isInteger = () =>
        wanted.includes('integer') &&
        actual === 'number' &&
        Rational.of(value as number).isInteger;
      if (!wanted.includes(actual) && !isInteger()) {
        return `got ${actual}, want ${wanted.join(' or ')}`;
      }
    }
    const fixed = getOwn(schema, 'const');
    if (fixed !== undefined && draft >= 6 && !equals(value, fixed)) {
      return typeof fixed === 'object' && fixed !== null
        ? "'const' failed"
        : `value must be ${showScalar(fixed)}`;
    }
    const choices = getOwn(schema, 'enum');
    if (Array.isArray(choices)) {
      this.step(choices.length);
      if (!choices.some(choice => equals(value, choice))) {
        return describeChoices(choices);
      }
    }
    const format = getOwn(schema, 'format');
    // Since 2019, formats only describe.
    if (typeof format === 'string' && draft < 2019) {
      if (typeof value === 'string') {
        this.step(value.length);
        const problem = checkFormat(format, value);
        return (
          problem && `${quoteSingle(value)} is not valid ${format}: ${problem}`
        );
      }
    }
    return undefined;
  }

  private visitReference(
    frame: Frame,
    schema: JsonObject,
    reference: string,
  ): Violation[] {
    return this.visitTarget(frame, this.document.resolve(reference, schema));
  }

  private visitTarget(frame: Frame, target: JsonValue): Violation[] {
    const found = this.visitSame(frame, target);
    return found
      ? [
          {
            at: frame.at,
            message: 'validation failed',
            causes: found.isGroup ? found.causes : [found],
            isReference: true,
          },
        ]
      : [];
  }

  private visitDynamic(
    frame: Frame,
    schema: JsonObject,
    draft: Draft,
    found: Violation[],
  ): void {
    const recursive = getOwn(schema, '$recursiveRef');
    if (draft === 2019 && typeof recursive === 'string') {
      let target = this.document.resolve(recursive, schema);
      if (isAnchor(target)) {
        for (let f: Frame | undefined = frame; f; f = f.outer) {
          const root = isJsonObject(f.schema)
            ? this.document.resourceOf(f.schema).root
            : false;
          target = isAnchor(root) ? root : target;
        }
      }
      found.push(...this.visitTarget(frame, target));
    }
    const dynamic = getOwn(schema, '$dynamicRef');
    if (draft === 2020 && typeof dynamic === 'string') {
      let target = this.document.resolve(dynamic, schema);
      const name = dynamic.split('#')[1];
      if (isJsonObject(target) && getOwn(target, '$dynamicAnchor') === name) {
        for (let f: Frame | undefined = frame; f; f = f.outer) {
          const resource =
            isJsonObject(f.schema) && this.document.resourceOf(f.schema);
          if (resource && resource.dynamicAnchors.has(name)) {
            target = resource.anchors.get(name)!;
          }
        }
      }
      found.push(...this.visitTarget(frame, target));
    }
  }

  private checkString(
    at: readonly string[],
    text: string,
    schema: JsonObject,
    found: Violation[],
  ): void {
    const say = (message: string) => found.push(violation(at, message));
    if (count(schema, 'minLength', 'maxLength') !== undefined) {
      checkCount('Length', [...text].length, schema, say);
    }
    const pattern = getOwn(schema, 'pattern');
    if (typeof pattern === 'string') {
      this.step(1 + text.length);
      if (!this.document.pattern(pattern).matcher(text).find()) {
        say(
          `${quoteSingle(text)} does not match pattern ${quoteSingle(pattern)}`,
        );
      }
    }
  }

  /** Another schema for the same value. */
  visitSame(frame: Frame, schema: JsonValue): Violation | undefined {
    const { value, at } = frame;
    const unevaluated = unevaluatedOf(
      this,
      value,
      schema,
      !isDone(frame.unevaluated),
    );
    const found = this.visit({
      ...{ value, at, schema, unevaluated },
      outer: frame,
      sameValue: true,
    });
    if (!found) {
      keepCommon(frame.unevaluated.names, unevaluated.names);
      keepCommon(frame.unevaluated.indices, unevaluated.indices);
    }
    return found;
  }

  visitInner(
    frame: Frame,
    name: string,
    value: JsonValue,
    schema: JsonValue,
  ): Violation | undefined {
    return this.visit({
      value,
      at: [...frame.at, name],
      schema,
      outer: frame,
      sameValue: false,
      unevaluated: unevaluatedOf(this, value, schema, false),
    });
  }
}

function isAnchor(schema: JsonValue): boolean {
  return isJsonObject(schema) && getOwn(schema, '$recursiveAnchor') === true;
}

function group(
  at: readonly string[],
  found: readonly Violation[],
): Violation | undefined {
  return found.length < 2
    ? found[0]
    : { at, message: 'validation failed', causes: found, isGroup: true };
}
