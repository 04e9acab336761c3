import { TemplateError } from '@backstage-gitops/go-template';
import { RenderError } from './RenderError';
import { trim } from '../text/space';
import { Refusal } from './Refusal';

/** The error of a template that cannot be parsed, in Helm's words. */
export function syntaxError(error: TemplateError): RenderError {
  const { file, line, problem } = error;
  const place = [file, line].filter(part => part !== undefined).join(':');
  const last = problem.slice(problem.lastIndexOf(': ') + 1).trim();
  return new RenderError(
    error.code === 'limit' ? 'limit' : 'template-syntax',
    `parse error at (${place}): ${last}`,
    { file, line, cause: error },
  );
}

/** The error of a template that was executed, in Helm's words. */
export function executionError(
  file: string,
  error: TemplateError,
): RenderError {
  const { line, column } = error;
  const about = { file, line, cause: error };
  if (error.code === 'limit') {
    return new RenderError('limit', error.message, about);
  }
  const chain = causesOf(error);
  const refusal = chain.find(cause => cause instanceof Refusal);
  if (refusal) {
    const place = [error.file ?? file, line, column].join(':');
    return new RenderError(
      'chart-refused',
      `execution error at (${place}): ${refusal.message}`,
      about,
    );
  }
  const ours = chain.find(cause => cause instanceof RenderError);
  if (ours) {
    return new RenderError(ours.code, error.message, about);
  }
  const links = chain.map(describeLink);
  // Where a function of Go gives up, Helm shows the one long line instead.
  const message = links.every(link => link !== undefined)
    ? trim(links.filter((link, i) => link !== links[i - 1]).join('\n'))
    : error.message;
  return new RenderError('template-failed', message, about);
}

/** The error, what caused it, what caused that. */
function causesOf(error: TemplateError): Error[] {
  const chain: Error[] = [];
  for (let next: unknown = error; next instanceof Error; next = next.cause) {
    chain.push(next);
  }
  return chain;
}

/** One link of the trace; undefined where it is not of a template. */
function describeLink(error: Error): string | undefined {
  if (!(error instanceof TemplateError)) {
    return undefined;
  }
  const { file, line, column, template, expression } = error;
  if (file === undefined) {
    return error.message;
  }
  const place = [file, line, column].filter(part => part !== undefined);
  // The problem of a link goes on with the next link, which stands apart.
  const next = error.problem.indexOf(' template:');
  const problem = next < 0 ? error.problem : error.problem.slice(0, next);
  return [
    place.join(':'),
    ...(expression === undefined
      ? []
      : [`  executing "${template}" at <${expression}>:`]),
    `    ${problem}`,
  ].join('\n');
}
