import { CustomErrorBase } from '@backstage/errors';

/** Why an automation cannot go on; `reason` is that of the condition. */
export class AutomationError extends CustomErrorBase {
  readonly name = 'AutomationError';
  readonly reason: string;
  /** Nothing helps before somebody changes the object. */
  readonly isStalled: boolean;
  /** How long somebody wants to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    reason: string,
    message: string,
    options: { stalled?: boolean; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause);
    this.reason = reason;
    this.isStalled = options.stalled ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}
