import {
  formatObject,
  ImageCandidates,
  ImagePolicy,
  ImageRepository,
  ImageTag,
  ImageTagList,
  ImageTagsQuery,
  imageRepositoryKind,
  ObjectKey,
  ObjectPlace,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { TagPolicy } from '../../controllers/image/policy/TagPolicy';
import { TagStore } from '../../controllers/image/tags/TagStore';
import { workId } from '../../engine/queue/WorkQueue';
import { TimeSlice } from '../../workers/TimeSlice';
import { decodePosition, encodePosition } from '../objects/cursor';
import { LocatedObject, workKeyOf } from '../objects/locateObject';
import { NotSupportedError } from '../errors';

/** The tags that a scan found, and what a policy makes of them. */
export interface TagScope {
  repository: LocatedObject;
  /** Without one, tags have no verdict. */
  policy?: ImagePolicy;
}

const DEFAULT_LIMIT = 100;
/** Candidates that are shown; the others are found by their text. */
const MOST_CANDIDATES = 20;

/** Reads the tags of an image for people, some at a time. */
export class ImageTags {
  private readonly tags: Pick<TagStore, 'pages'>;

  constructor(options: { tags: Pick<TagStore, 'pages'> }) {
    this.tags = options.tags;
  }

  async list(
    key: ObjectKey,
    scope: TagScope,
    query: ImageTagsQuery,
  ): Promise<ImageTagList> {
    const { limit = DEFAULT_LIMIT, search, cursor } = query;
    if (query.verdict && !scope.policy) {
      throw new NotSupportedError(
        `${formatObject(key)} has no opinion of tags; leave out 'verdict', or ask for those of an ImagePolicy`,
      );
    }
    const { image, scannedAt } = aboutScan(scope);
    const filters = { key, search, verdict: query.verdict };
    const position = decodePosition(cursor, filters, ['string']);
    const verdicts = query.verdict && new Set(query.verdict);
    const judge = judgeOf(scope.policy);
    const items: ImageTag[] = [];
    const after = position && String(position.key[0]);
    for await (const tag of this.read(scope, { after })) {
      if (search !== undefined && !tag.includes(search)) {
        continue;
      }
      const item = judge(tag);
      if (verdicts && !verdicts.has(item.verdict!)) {
        continue;
      }
      if (items.length === limit) {
        const last = items[limit - 1].tag;
        const next = { key: [last], direction: 'next' } as const;
        const nextCursor = encodePosition(filters, next);
        return { image, ...scannedAt, items, pageInfo: { nextCursor } };
      }
      items.push(item);
    }
    return { image, ...scannedAt, items, pageInfo: {} };
  }

  async candidates(
    scope: TagScope & { policy: ImagePolicy },
  ): Promise<ImageCandidates> {
    const { policy: object, repository } = scope;
    const about = { ...aboutScan(scope), repository: placeOf(repository) };
    const { scannedAt, ...rest } = about;
    const shown = { ...rest, ...scannedAt };
    let policy: TagPolicy;
    try {
      policy = new TagPolicy(object.spec);
    } catch (error) {
      assertError(error);
      const problem = `invalid policy: ${error.message}`;
      return { ...shown, total: 0, counts: {}, items: [], problem };
    }
    const review = policy.review(MOST_CANDIDATES);
    const choice = policy.begin();
    let total = 0;
    let problem: string | undefined;
    for await (const tag of this.read(scope)) {
      total += 1;
      review.offer(tag);
      problem ??= problemOf(() => choice.offer(tag));
    }
    const [first] = review.top;
    problem ??=
      total === 0
        ? 'no tags in database: the image was not scanned yet, or has none'
        : problemOf(() => choice.chosen);
    const isChosen = problem === undefined;
    const counts = new Map<NonNullable<ImageTag['verdict']>, number>(
      review.counts,
    );
    if (isChosen) {
      const behind = counts.get('behind')! - 1;
      counts.delete('behind');
      counts.set('chosen', 1);
      if (behind > 0) {
        counts.set('behind', behind);
      }
    }
    return {
      ...shown,
      total,
      counts: Object.fromEntries(counts),
      items: review.top.map(({ tag, key }) => ({
        tag,
        ...(key !== tag && { key }),
        verdict: isChosen && tag === first.tag ? 'chosen' : 'behind',
      })),
      ...(problem !== undefined && { problem }),
    };
  }

  /** One by one, without holding up the event loop. */
  private async *read(
    { repository: { object, summary } }: TagScope,
    options: { after?: string } = {},
  ): AsyncGenerator<string> {
    const { canonicalImageName: image } =
      (object as ImageRepository).status ?? {};
    if (image === undefined) {
      return;
    }
    const id = workId(workKeyOf(summary));
    const slice = new TimeSlice();
    for await (const page of this.tags.pages(id, image, options)) {
      for (const tag of page) {
        yield tag;
      }
      if (slice.isOver) {
        await slice.next();
      }
    }
  }
}

function aboutScan({ repository: { object } }: TagScope): {
  image: string;
  scannedAt: { scannedAt?: string };
} {
  const { spec, status } = object as ImageRepository;
  const scanTime = status?.lastScanResult?.scanTime;
  return {
    image: status?.canonicalImageName ?? spec.image,
    scannedAt: scanTime ? { scannedAt: scanTime } : {},
  };
}

/** By the tag that the policy's status names: what is in use is what is explained. */
function judgeOf(object: ImagePolicy | undefined): (tag: string) => ImageTag {
  if (!object) {
    return tag => ({ tag });
  }
  let policy: TagPolicy;
  try {
    policy = new TagPolicy(object.spec);
  } catch {
    // Its condition says what is wrong with it.
    return tag => ({ tag });
  }
  const chosen = object.status?.latestRef?.tag;
  return tag => {
    const key = policy.keyOf(tag);
    return {
      tag,
      ...(key !== undefined && key !== tag && { key }),
      verdict: policy.explain(tag, chosen) ?? 'chosen',
    };
  };
}

function problemOf(choose: () => unknown): string | undefined {
  try {
    choose();
    return undefined;
  } catch (error) {
    assertError(error);
    return error.message;
  }
}

function placeOf({ summary: { key } }: LocatedObject): ObjectPlace {
  const { kind } = imageRepositoryKind;
  return { kind, namespace: key.namespace, name: key.name };
}
