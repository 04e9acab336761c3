import { CustomErrorBase } from '@backstage/errors';

/** Why an automation cannot go on; `reason` is that of the condition. */
export class AutomationError extends CustomErrorBase {
  readonly name = 'AutomationError';
  readonly reason: string;
  /** Nothing helps before somebody changes the object. */
  readonly isStalled: boolean;

  constructor(
    reason: string,
    message: string,
    options: { stalled?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause);
    this.reason = reason;
    this.isStalled = options.stalled ?? false;
  }
}
