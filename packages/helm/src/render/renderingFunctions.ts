import {
  ANY,
  GoError,
  GoFunction,
  goFunction,
  goQuote,
  ParsedTemplates,
  Run,
  STRING,
  TemplateError,
  TemplateSet,
} from '@backstage-gitops/go-template';
import { jsonToValue } from './jsonToValue';
import { Refusal } from './Refusal';
import type { RenderState } from './RenderState';

/** How often a template may be included within itself. */
const MAX_NESTED = 1000;

/** The name of the set that all templates of a rendering are in. */
export const SET_NAME = 'gotpl';

/**
 * The functions of Helm 4 that belong to a rendering: they find their
 * {@link RenderState} in the run.
 */
export const renderingFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['include', goFunction([STRING, ANY], include, { needsRun: true })],
  ['tpl', goFunction([STRING, ANY], tpl, { needsRun: true })],
  ['required', goFunction([STRING, ANY], required, { needsRun: true })],
  ['fail', goFunction([STRING], fail, { needsRun: true })],
  [
    'lookup',
    goFunction([STRING, STRING, STRING, STRING], lookup, { needsRun: true }),
  ],
]);

const stateOf = (run: Run) => run.environment as RenderState;

/** Go's "no value" is not to be seen in manifests, whoever wrote it. */
export function withoutNoValue(text: string): string {
  return text.includes('<no value>') ? text.replaceAll('<no value>', '') : text;
}

function include(run: Run, name: string, data: unknown): string {
  const { included, memo } = stateOf(run);
  const depth = included.get(name) ?? 0;
  if (depth > MAX_NESTED) {
    throw new GoError(
      `rendering template has a nested reference name: ${name}: unable to execute template`,
    );
  }
  included.set(name, depth + 1);
  try {
    return memo.execute(run, name, data);
  } finally {
    included.set(name, depth);
  }
}

/**
 * Executes a text as a template among those that the caller sees. What it
 * defines is seen by it and by what it calls, and nowhere else.
 */
function tpl(run: Run, source: string, data: unknown): string {
  if (!source.includes('{{')) {
    return withoutNoValue(source);
  }
  const parsed = parseText(run, source);
  const set = new TemplateSet({
    // A text that is empty but for its definitions hides no other text.
    parent: parsed.templates.get(SET_NAME)?.isEmpty ? undefined : run.set,
    name: SET_NAME,
    missingKey: run.set.missingKey,
  }).add(parsed);
  try {
    const execute = () => run.execute(SET_NAME, data, set);
    const text =
      parsed.templates.size > 1 ? stateOf(run).memo.apart(execute) : execute();
    return withoutNoValue(text);
  } catch (error) {
    if (error instanceof TemplateError && error.code !== 'limit') {
      throw new GoError(
        `error during tpl function execution for ${goQuote(source)}: ${error.message}`,
        { cause: error },
      );
    }
    throw error;
  }
}

function parseText(run: Run, text: string): ParsedTemplates {
  try {
    return stateOf(run).parse(SET_NAME, text);
  } catch (error) {
    if (error instanceof TemplateError && error.code !== 'limit') {
      throw new GoError(
        `cannot parse template ${goQuote(text)}: ${error.message}`,
        { cause: error },
      );
    }
    throw error;
  }
}

function required(run: Run, message: string, value: unknown): unknown {
  if (value !== null && value !== undefined && value !== '') {
    return value;
  }
  if (stateOf(run).lint) {
    return '';
  }
  throw new Refusal(message);
}

function fail(run: Run, message: string): string {
  if (stateOf(run).lint) {
    return '';
  }
  throw new Refusal(message);
}

function lookup(
  run: Run,
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
): unknown {
  const found = stateOf(run).lookup?.({ apiVersion, kind, namespace, name });
  return found === undefined ? {} : jsonToValue(found);
}
