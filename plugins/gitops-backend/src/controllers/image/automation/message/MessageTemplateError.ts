import { CustomErrorBase } from '@backstage/errors';

/**
 * - `GITOPS_MESSAGE_TEMPLATE`: the template cannot be read, or fails
 * - `GITOPS_REMOVED_TEMPLATE_FIELD`: it has a field that Flux no longer has
 */
export type MessageTemplateErrorCode =
  'GITOPS_MESSAGE_TEMPLATE' | 'GITOPS_REMOVED_TEMPLATE_FIELD';

/** A template gives no message. */
export class MessageTemplateError extends CustomErrorBase {
  readonly name = 'MessageTemplateError';
  readonly code: MessageTemplateErrorCode;

  constructor(code: MessageTemplateErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
