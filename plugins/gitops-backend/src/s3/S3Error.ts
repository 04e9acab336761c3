import { CustomErrorBase } from '@backstage/errors';

/** Longest text of a server that a message quotes. */
const QUOTED = 300;

/** A service that speaks S3 refused a request, or answered what is no S3. */
export class S3Error extends CustomErrorBase {
  readonly name = 'S3Error';
  readonly code = 'GITOPS_S3';
  /** HTTP status; 0 where the answer itself is at fault. */
  readonly status: number;
  /** As the service names it, such as `NoSuchKey`. */
  readonly s3Code: string;

  constructor(
    message: string,
    options: { status?: number; s3Code?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause);
    this.status = options.status ?? 0;
    this.s3Code = options.s3Code ?? '';
  }
}

/** What a server says, fit for a message. */
export function quoted(text: string): string {
  const clean = text.replace(/\p{C}+/gu, ' ').trim();
  return clean.length > QUOTED ? `${clean.slice(0, QUOTED)}...` : clean;
}
