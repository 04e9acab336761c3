import {
  ImagePolicy,
  imagePolicyKind,
  ImageUpdateAutomation,
} from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../../../homes/Home';
import { ImageThreads } from '../../../workers/ImageThreads';
import { GitCheckout } from '../../source/git/GitCheckout';
import { checkingOut, updating } from './failures';
import { ImageChange } from './ImageChange';
import { RepositoryAccess, withRepository } from './openRepository';
import { fallbackBranch, lanesOf } from './lanes';
import { PlannedUpdate, planUpdate } from './planUpdate';
import { selectPolicies } from './selectPolicies';
import { PullRequestWish } from './tendPullRequest';

/** What an automation would commit if it ran now. */
export interface PreviewedUpdate {
  /** Where the commit would go to. */
  branch: string;
  /** What was checked out. */
  revision: string;
  /** Undefined where nothing changes. */
  message: string | undefined;
  files: PreviewedFile[];
  /** Files with markers that cannot be read. */
  unreadable: { path: string; reason: string }[];
}

/** A file as it is, and as it would be. */
export interface PreviewedFile {
  path: string;
  before: string;
  after: string;
  changes: ImageChange[];
}

/** What {@link UpdatePreview} is made of. */
export interface UpdatePreviewOptions extends RepositoryAccess {
  threads: ImageThreads;
  /** What an automation wants of pull requests. @throws AutomationError */
  wishOf?: (automation: ImageUpdateAutomation) => PullRequestWish | undefined;
}

/** Shows what automations would do; nothing is pushed. */
export class UpdatePreview {
  private readonly options: UpdatePreviewOptions;

  constructor(options: UpdatePreviewOptions) {
    this.options = options;
  }

  /**
   * What a run would do, for each branch that it would push to.
   *
   * @throws AutomationError
   */
  async preview(
    home: Home,
    automation: ImageUpdateAutomation,
    signal: AbortSignal,
  ): Promise<PreviewedUpdate[]> {
    const { namespace = 'default' } = automation.metadata;
    const { apiVersion, kind } = imagePolicyKind;
    const policies = selectPolicies(
      await home.listWatched<ImagePolicy>(
        { apiVersion, kind, namespace },
        { signal },
      ),
      automation.spec.policySelector,
    );
    const wish = this.options.wishOf?.(automation);
    const context = { home, automation, signal, now: Date.now };
    const fallback = fallbackBranch(automation, wish);
    return withRepository(
      context,
      { ...this.options, fallback },
      async (repository, within) => {
        const lanes = lanesOf(repository.target, policies, wish);
        const { revision } = await checkingOut(
          repository.look(lanes.map(({ branch }) => branch)),
        );
        const previews: PreviewedUpdate[] = [];
        for (const lane of lanes) {
          const planned = await updating(
            planUpdate({
              ...{ context, repository, signal: within, ...lane },
              threads: this.options.threads,
            }),
          );
          previews.push(await previewOf(planned, revision));
        }
        return previews;
      },
    );
  }
}

async function previewOf(
  { branch, start, files, message }: PlannedUpdate,
  revision: string,
): Promise<PreviewedUpdate> {
  const before = await textsOf(start.checkout, files.edited);
  return {
    ...{ branch, revision, message },
    files: files.edited.map(({ path, content }) => ({
      path,
      before: before.get(path) ?? '',
      after: Buffer.from(content).toString('utf8'),
      changes: files.changes.filter(({ file }) => file === path),
    })),
    unreadable: files.unreadable,
  };
}

async function textsOf(
  checkout: GitCheckout,
  wanted: readonly { path: string }[],
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const paths = wanted.map(({ path }) => path);
  if (paths.length > 0) {
    for await (const file of checkout.files(paths)) {
      texts.set(file.path, (await file.read()).toString('utf8'));
    }
  }
  return texts;
}
