import { ImageThreads } from '../../../workers/ImageThreads';
import { settersOf } from '../setters/settersOf';
import { EditedFiles } from './editFiles';
import { findUpdates } from './findUpdates';
import { MessageData } from './message/MessageData';
import { AutomationContext } from './openRepository';
import { ReadyPolicy } from './selectPolicies';
import { Start, UpdateRepository } from './UpdateRepository';

/** What would be committed to a branch. */
export interface PlannedUpdate {
  branch: string;
  start: Start;
  files: EditedFiles;
  data: MessageData;
  /** Of the commit; undefined where nothing changes. */
  message: string | undefined;
}

/**
 * Finds out what policies change on a branch. The repository was looked at before;
 * nothing is pushed.
 *
 * @throws AutomationError, MessageTemplateError, ImageWorkError, GitError
 */
export async function planUpdate(options: {
  context: AutomationContext;
  repository: UpdateRepository;
  branch: string;
  policies: readonly ReadyPolicy[];
  threads: ImageThreads;
  signal: AbortSignal;
}): Promise<PlannedUpdate> {
  const { context, repository, branch, policies, threads, signal } = options;
  const { metadata, spec } = context.automation;
  const { commit } = spec.git!;
  const start = await repository.startOf(branch, commit.author.email);
  const files = await findUpdates({
    ...{ checkout: start.checkout, threads, signal },
    path: spec.update?.path,
    setters: settersOf(policies),
  });
  const data: MessageData = {
    namespace: metadata.namespace ?? 'default',
    name: metadata.name,
    values: commit.messageTemplateValues ?? {},
    changes: files.changes,
  };
  const message =
    files.edited.length > 0
      ? await threads.message(commit.messageTemplate, data, signal)
      : undefined;
  return { branch, start, files, data, message };
}
