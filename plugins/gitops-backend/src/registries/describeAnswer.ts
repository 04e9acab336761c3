import { STATUS_CODES } from 'node:http';

const LONGEST = 400;
const MOST_ERRORS = 3;

/**
 * What a registry said of a failure, in one line: its own codes and messages where
 * it speaks as the distribution specification has it, else the status.
 */
export function describeAnswer(status: number, body: string): string {
  const http = `HTTP ${status} ${STATUS_CODES[status] ?? ''}`.trim();
  const errors = readErrors(body);
  return errors.length > 0 ? `${errors.join('; ')} (${http})` : http;
}

function readErrors(body: string): string[] {
  let errors: unknown;
  try {
    errors = JSON.parse(body)?.errors;
  } catch {
    return [];
  }
  return (Array.isArray(errors) ? errors : [])
    .slice(0, MOST_ERRORS)
    .map(error => {
      const parts = [error?.code, error?.message].filter(
        part => typeof part === 'string' && part !== '',
      );
      return readable(parts.join(': '));
    })
    .filter(text => text !== '');
}

/** Of a stranger: no line breaks, no control characters, no end in sight. */
function readable(text: string): string {
  const line = text.replace(/[\p{C}\s]+/gu, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line;
}
