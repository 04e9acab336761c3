import { CustomErrorBase } from '@backstage/errors';

/** What a chart renders cannot be changed, since it is no set of objects. */
export class PostRenderError extends CustomErrorBase {
  readonly name = 'PostRenderError';
  readonly code = 'GITOPS_POST_RENDER';
  /** The template. */
  readonly file?: string;

  constructor(problem: string, file?: string) {
    super(
      `error while running post render${file ? ` on ${file}` : ''}: ${problem}`,
    );
    this.file = file;
  }
}
