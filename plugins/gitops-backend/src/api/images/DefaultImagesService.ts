import {
  formatObject,
  GitRepository,
  ImageCandidates,
  ImagePolicy,
  ImagePushList,
  ImageTagList,
  ImageTagsQuery,
  ImageUpdateAutomation,
  ImageUpdatePreview,
  imagePolicyKind,
  imageRepositoryKind,
  imageUpdateAutomationKind,
  kustomizationKind,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { ArtifactIndex } from '../../artifacts/ArtifactIndex';
import { AutomationError } from '../../controllers/image/automation/AutomationError';
import {
  PushHistory,
  StoredImagePush,
} from '../../controllers/image/automation/PushHistory';
import { UpdatePreview } from '../../controllers/image/automation/UpdatePreview';
import { workId } from '../../engine/queue/WorkQueue';
import { HistoryStore } from '../../engine/report/HistoryStore';
import { TagStore } from '../../controllers/image/tags/TagStore';
import { Home } from '../../homes/Home';
import { checkKind, NotSupportedError, PreviewFailedError } from '../errors';
import { decodePosition, encodePosition } from '../objects/cursor';
import {
  LocatedObject,
  locateObject,
  workKeyOf,
} from '../objects/locateObject';
import { ObjectIndex } from '../objects/ObjectIndex';
import { RequestContext } from '../objects/ObjectsService';
import { timestamp } from '../objects/toRow';
import { automationsOf } from '../objects/automationsOf';
import { ImagesService } from './ImagesService';
import { ImageTags, TagScope } from './ImageTags';
import { presentPreview } from './presentPreview';
import { PushDeliveries } from './PushDeliveries';

/** What {@link DefaultImagesService} is made of. */
export interface DefaultImagesServiceOptions {
  index: ObjectIndex;
  tags: Pick<TagStore, 'pages'>;
  pushes: Pick<PushHistory, 'list'>;
  history: Pick<HistoryStore, 'atRevisions'>;
  preview: Pick<UpdatePreview, 'preview'>;
  artifacts: Pick<ArtifactIndex, 'list'>;
  /** Where a commit of a repository is shown. */
  commitUrl: (repositoryUrl: string, commit: string) => string | undefined;
}

const DEFAULT_LIMIT = 20;
/** A fetch of one commit and its manifests. */
const PREVIEW_MS = 60_000;

/** {@link ImagesService} out of the plugin's database and the watches' caches. */
export class DefaultImagesService implements ImagesService {
  private readonly options: DefaultImagesServiceOptions;
  private readonly imageTags: ImageTags;
  private readonly deliveries: PushDeliveries;
  /** By object: who asks for the same meanwhile gets the same. */
  private readonly previews = new Map<string, Promise<ImageUpdatePreview>>();

  constructor(options: DefaultImagesServiceOptions) {
    this.options = options;
    this.imageTags = new ImageTags(options);
    this.deliveries = new PushDeliveries(options);
  }

  async tags(
    key: ObjectKey,
    query: ImageTagsQuery,
    context: RequestContext,
  ): Promise<ImageTagList> {
    const kinds = [imageRepositoryKind.kind, imagePolicyKind.kind];
    const located = this.locate(key, kinds, 'has no tags', context);
    return this.imageTags.list(key, this.scopeOf(located, context), query);
  }

  async candidates(
    key: ObjectKey,
    context: RequestContext,
  ): Promise<ImageCandidates> {
    const kinds = [imagePolicyKind.kind];
    const located = this.locate(key, kinds, 'chooses no tags', context);
    const policy = located.object as ImagePolicy;
    const { repository } = this.scopeOf(located, context);
    return this.imageTags.candidates({ repository, policy });
  }

  async pushes(
    key: ObjectKey,
    page: { limit?: number; cursor?: string },
    context: RequestContext,
  ): Promise<ImagePushList> {
    const kinds = [imageUpdateAutomationKind.kind, kustomizationKind.kind];
    const located = this.locate(key, kinds, 'pushes nothing', context);
    const { home, object } = located;
    const isDelivery = object.kind === kustomizationKind.kind;
    const automations = isDelivery
      ? automationsOf(this.options.index, located, context)
      : [located.summary];
    const byId = new Map(
      automations.map(summary => [workId(workKeyOf(summary)), summary.key]),
    );
    const { limit = DEFAULT_LIMIT, cursor } = page;
    const position = decodePosition(cursor, { key }, ['number']);
    const found = await this.options.pushes.list([...byId.keys()], {
      limit: limit + 1,
      before: position && Number(position.key[0]),
    });
    const shown = found.slice(0, limit);
    const outcomes = await this.deliveries.of(
      home,
      shown,
      context,
      isDelivery ? key : undefined,
    );
    return {
      items: shown.map((push, at) => ({
        ...this.present(home, push, byId.get(push.objectId)!),
        ...outcomes[at],
      })),
      pageInfo: {
        ...(found.length > limit && {
          nextCursor: encodePosition(
            { key },
            { key: [shown[limit - 1].id], direction: 'next' },
          ),
        }),
      },
    };
  }

  async preview(
    key: ObjectKey,
    context: RequestContext,
  ): Promise<ImageUpdatePreview> {
    const kinds = [imageUpdateAutomationKind.kind];
    const located = this.locate(key, kinds, 'pushes nothing', context);
    const { home, summary } = located;
    if (home.mode === 'observe') {
      throw new NotSupportedError(
        `the home '${home.name}' is observed: others run ${formatObject(key)}, and the portal does not know what they would do`,
      );
    }
    const id = workId(workKeyOf(summary));
    let running = this.previews.get(id);
    if (!running) {
      running = this.look(located).finally(() => this.previews.delete(id));
      this.previews.set(id, running);
    }
    return running;
  }

  private async look({
    home,
    object,
    summary,
  }: LocatedObject): Promise<ImageUpdatePreview> {
    const automation = object as ImageUpdateAutomation;
    const signal = AbortSignal.timeout(PREVIEW_MS);
    try {
      const { preview } = this.options;
      const updates = await preview.preview(home, automation, signal);
      return { items: updates.map(presentPreview) };
    } catch (error) {
      const what = formatObject(summary.key);
      if (signal.aborted) {
        throw new PreviewFailedError(
          `what ${what} would do was not found out within ${PREVIEW_MS / 1_000} s; look whether the host of its repository answers`,
        );
      }
      throw error instanceof AutomationError
        ? new PreviewFailedError(
            `${what} would fail (${error.reason}): ${error.message}`,
          )
        : error;
    }
  }

  private present(home: Home, push: StoredImagePush, by: ObjectKey) {
    const { id, at, commit, branch, message, changes, pullRequest } = push;
    const source = { kind: 'GitRepository', ...push.source };
    const repository = home.cache.get(source) as GitRepository | undefined;
    const commitUrl =
      repository && this.options.commitUrl(repository.spec.url, commit);
    return {
      ...{ id: String(id), at: timestamp(at) ?? '', commit, branch, message },
      ...{ source, changes: [...changes] },
      automation: { kind: by.kind, namespace: by.namespace, name: by.name },
      ...(commitUrl && { commitUrl }),
      ...(pullRequest && { pullRequest }),
    };
  }

  private scopeOf(located: LocatedObject, context: RequestContext): TagScope {
    const { object, summary } = located;
    if (object.kind !== imagePolicyKind.kind) {
      return { repository: located };
    }
    const policy = object as ImagePolicy;
    const { name, namespace } = policy.spec.imageRepositoryRef;
    const { home, namespace: own } = summary.key;
    return {
      policy,
      repository: locateObject(
        this.options.index,
        {
          ...{ home, kind: imageRepositoryKind.kind, name },
          namespace: namespace ?? own,
        },
        context.visible,
        { asSourceOf: summary.key },
      ),
    };
  }

  private locate(
    key: ObjectKey,
    kinds: readonly string[],
    otherwise: string,
    { visible }: RequestContext,
  ): LocatedObject {
    checkKind(key.kind);
    const located = locateObject(this.options.index, key, visible);
    if (!kinds.includes(key.kind)) {
      throw new NotSupportedError(
        `${formatObject(key)} ${otherwise}; ask for ${kinds.join(' or ')}`,
      );
    }
    return located;
  }
}
