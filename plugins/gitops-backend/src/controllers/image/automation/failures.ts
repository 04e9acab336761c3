import { assertError } from '@backstage/errors';
import { GitPushError } from '../../source/git/push/GitPushError';
import { AutomationError } from './AutomationError';

/** Does what looks at a repository; failures get Flux's reason and words. */
export function checkingOut<T>(work: Promise<T>): Promise<T> {
  return failingAs('failed to checkout source', work);
}

/** Does what changes a repository; failures get Flux's reason and words. */
export function updating<T>(work: Promise<T>): Promise<T> {
  return failingAs('failed to update source', work);
}

async function failingAs<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    assertError(error);
    const isStale =
      error instanceof GitPushError && error.code === 'GIT_PUSH_STALE';
    if (error instanceof AutomationError || isStale) {
      throw error;
    }
    throw error.code === 'GITOPS_REMOVED_TEMPLATE_FIELD'
      ? new AutomationError('RemovedTemplateField', error.message, {
          stalled: true,
        })
      : new AutomationError('GitOperationFailed', `${what}: ${error.message}`);
  }
}
