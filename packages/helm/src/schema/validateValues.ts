import { getOwn, isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import type { Chart } from '../charts/Chart';
import { Values } from '../values/tables';
import { typeName } from './equality';
import { SchemaDocument } from './SchemaDocument';
import { SchemaError } from './SchemaError';
import { Validator } from './Validator';
import { printViolation } from './Violation';

/**
 * Limits of checking values against schemas.
 *
 * @public
 */
export interface SchemaOptions {
  /** Looks at values and schemas, for each chart. Default 1,000,000. */
  maxSteps?: number;
}

const HEADER =
  "values don't meet the specifications of the schema(s) in the following chart(s):\n";

/**
 * Checks coalesced values against the values.schema.json of a chart and of its
 * dependencies. All that does not fit is in the message, in the form of Helm 4;
 * it names no values but those of strings and numbers that are at fault, as
 * Helm's does. Schemas are of draft 4 to 2020-12 (the default); formats are
 * checked up to draft 7. References to files and URLs are refused.
 *
 * @throws SchemaError
 * @public
 */
export function validateValues(
  chart: Chart,
  values: Values,
  options: SchemaOptions = {},
): void {
  const found: string[] = [];
  const errors: SchemaError[] = [];
  collect(chart, values, options, found, errors);
  if (found.length > 0) {
    const worst = errors.find(({ code }) => code !== 'invalid-values');
    throw new SchemaError(
      worst?.code ?? 'invalid-values',
      `${HEADER}${found.join('')}`,
      { cause: worst },
    );
  }
}

function collect(
  chart: Chart,
  values: Values,
  options: SchemaOptions,
  found: string[],
  errors: SchemaError[],
): void {
  if (chart.schema) {
    try {
      validateSchema(new TextDecoder().decode(chart.schema), values, options);
    } catch (error) {
      if (!(error instanceof SchemaError)) {
        throw error;
      }
      errors.push(error);
      found.push(`${chart.name}:\n${error.message}`);
    }
  }
  for (const dependency of chart.dependencies) {
    const section = getOwn(values, dependency.name) ?? null;
    if (isJsonObject(section)) {
      collect(dependency, section, options, found, errors);
    } else if (section !== null) {
      found.push(
        `${dependency.name}:\ninvalid type for values: expected object (map), got ${typeName(section)}\n`,
      );
    }
  }
}

/**
 * Checks values against one schema. The message is that part of Helm's which
 * is about one chart.
 *
 * @throws SchemaError
 */
export function validateSchema(
  schema: string,
  values: Values,
  options: SchemaOptions = {},
): void {
  const document = new SchemaDocument(schema);
  const violations = new Validator(document, {
    maxSteps: options.maxSteps ?? 1_000_000,
  }).validate(values);
  if (violations.length > 0) {
    const lines = violations.flatMap(violation => printViolation(violation));
    throw new SchemaError('invalid-values', `${lines.join('\n')}\n`);
  }
}
