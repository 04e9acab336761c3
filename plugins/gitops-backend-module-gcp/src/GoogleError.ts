import { CustomErrorBase } from '@backstage/errors';
import { HttpResponse } from '@backstage-gitops/plugin-gitops-node';

const ERROR_BYTES = 64 * 1024;
/** Longest text of a server that a message quotes. */
const QUOTED = 300;

/** Google refused a request. */
export class GoogleError extends CustomErrorBase {
  readonly name = 'GoogleError';
  readonly code = 'GITOPS_GOOGLE';

  constructor(
    message: string,
    /** HTTP status; 0 where the answer itself is at fault. */
    readonly status: number,
  ) {
    super(message);
  }
}

/** Reads what an answer that is no success says. */
export async function googleErrorOf(
  response: HttpResponse,
  what: string,
): Promise<GoogleError> {
  let said = '';
  try {
    said = messageOf(JSON.parse(await response.text(ERROR_BYTES)));
  } catch {
    // The status says what there is to say.
  }
  const { status, url } = response;
  return new GoogleError(
    `${url.host} answered ${what} with status ${status}${said && `: ${said}`}`,
    status,
  );
}

/** `{error: {message}}` of the APIs, `{error, error_description}` of OAuth. */
function messageOf(answer: {
  error?: unknown;
  error_description?: unknown;
}): string {
  const { error, error_description: description } = answer;
  const inner =
    typeof error === 'object' && error !== null && 'message' in error
      ? error.message
      : error;
  const text = [inner, description]
    .filter(part => typeof part === 'string')
    .join(': ')
    .replace(/\p{C}+/gu, ' ')
    .trim();
  return text.length > QUOTED ? `${text.slice(0, QUOTED)}...` : text;
}
