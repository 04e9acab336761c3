import { isUtf8 } from 'node:buffer';
import {
  ArtifactFile,
  ArtifactFolder,
  ArtifactFolderQuery,
  ArtifactList,
  ArtifactQuery,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ArtifactNotFoundError,
  ArtifactStore,
  StoredArtifact,
} from '@backstage-gitops/plugin-gitops-node';
import { ArtifactContents } from '../../artifacts/ArtifactContents';
import { ArtifactIndex, IndexedArtifact } from '../../artifacts/ArtifactIndex';
import { maskSecrets } from '../../artifacts/maskSecrets';
import { workId } from '../../engine/queue/WorkQueue';
import { artifactErrorOf, checkKind, NoArtifactError } from '../errors';
import { decodePosition, encodePosition } from '../objects/cursor';
import { locateObject, workKeyOf } from '../objects/locateObject';
import { ObjectIndex } from '../objects/ObjectIndex';
import { RequestContext } from '../objects/ObjectsService';
import { fieldAt, textAt } from '../../homes/relationsOf';
import { timestamp, withoutUndefined } from '../objects/toRow';
import { ArtifactsService } from './ArtifactsService';

/** What {@link DefaultArtifactsService} is made of. */
export interface DefaultArtifactsServiceOptions {
  index: ObjectIndex;
  artifacts: Pick<ArtifactIndex, 'list'>;
  store: Pick<ArtifactStore, 'has'>;
  contents: ArtifactContents;
}

const DEFAULT_LIMIT = 200;

/** Longest file that is shown, in bytes. */
const SHOWN_BYTES = 512 * 1024;

/** {@link ArtifactsService} out of the index of artifacts and the store. */
export class DefaultArtifactsService implements ArtifactsService {
  private readonly options: DefaultArtifactsServiceOptions;

  constructor(options: DefaultArtifactsServiceOptions) {
    this.options = options;
  }

  async list(key: ObjectKey, context: RequestContext): Promise<ArtifactList> {
    const { held, current } = await this.heldBy(key, context);
    return {
      items: held.map(({ commit, createdAt, ...artifact }) => ({
        revision: artifact.revision,
        digest: artifact.digest,
        size: artifact.size,
        updatedAt: timestamp(createdAt) ?? '',
        ...withoutUndefined({
          metadata: artifact.metadata,
          commit: commit && {
            message: commit.message,
            author: commit.author,
            at: timestamp(commit.time) ?? '',
          },
        }),
        current: artifact.digest === current,
      })),
    };
  }

  async folder(
    key: ObjectKey,
    query: ArtifactFolderQuery,
    context: RequestContext,
  ): Promise<ArtifactFolder> {
    const { path = '', limit = DEFAULT_LIMIT } = query;
    const { revision, digest } = await this.find(key, query, context);
    const filters = { digest, path };
    const position = decodePosition(query.cursor, filters, ['number']);
    const entries = await this.look(() =>
      this.options.contents.folder(digest, path),
    );
    if (!entries) {
      throw new NoArtifactError(
        `There is no folder '${path}' in the artifact ${revision}`,
      );
    }
    const start = position ? Number(position.key[0]) : 0;
    const end = start + limit;
    return {
      ...{ revision, digest, path },
      totalItems: entries.length,
      items: entries
        .slice(start, end)
        .map(({ name, type, size, executable }) => ({
          ...{ name, type, size },
          ...(executable && { executable }),
        })),
      pageInfo: {
        ...(end < entries.length && {
          nextCursor: encodePosition(filters, {
            key: [end],
            direction: 'next',
          }),
        }),
      },
    };
  }

  async file(
    key: ObjectKey,
    query: ArtifactQuery & { path: string },
    context: RequestContext,
  ): Promise<ArtifactFile> {
    const { path } = query;
    const { revision, digest } = await this.find(key, query, context);
    const file = await this.look(() =>
      this.options.contents.file(digest, path, { maxBytes: SHOWN_BYTES }),
    );
    if (!file) {
      throw new NoArtifactError(
        `There is no file '${path}' in the artifact ${revision}`,
      );
    }
    const { size, executable, content } = file;
    return {
      ...{ revision, digest, path, size },
      ...(executable && { executable }),
      ...shownOf(content),
    };
  }

  async locate(
    key: ObjectKey,
    query: { digest?: string },
    context: RequestContext,
  ): Promise<StoredArtifact> {
    const { digest } = await this.find(key, query, context);
    const stored = await this.options.store.has(digest);
    if (!stored) {
      throw artifactErrorOf(new ArtifactNotFoundError(digest));
    }
    return stored;
  }

  private async find(
    key: ObjectKey,
    { digest }: { digest?: string },
    context: RequestContext,
  ): Promise<IndexedArtifact> {
    const { held, current } = await this.heldBy(key, context);
    const wanted = digest ?? current;
    const found = held.find(artifact => artifact.digest === wanted);
    if (found) {
      return found;
    }
    throw new NoArtifactError(
      digest
        ? `${key.kind} ${key.namespace}/${key.name} holds no artifact ${digest}; older ones are not kept`
        : `${key.kind} ${key.namespace}/${key.name} has no artifact in this portal`,
    );
  }

  private async heldBy(
    key: ObjectKey,
    { visible }: RequestContext,
  ): Promise<{ held: IndexedArtifact[]; current: string | undefined }> {
    checkKind(key.kind);
    const { object, summary } = locateObject(this.options.index, key, visible);
    const artifact = fieldAt(object.status, 'artifact');
    return {
      held: await this.options.artifacts.list(workId(workKeyOf(summary))),
      current: textAt(artifact, 'digest'),
    };
  }

  private async look<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw artifactErrorOf(error);
    }
  }
}

function shownOf(
  content: Buffer | undefined,
): Pick<ArtifactFile, 'text' | 'masked' | 'omitted'> {
  if (!content) {
    return { omitted: 'too-large' };
  }
  if (!isUtf8(content) || content.includes(0)) {
    return { omitted: 'binary' };
  }
  const { text, masked } = maskSecrets(content.toString('utf8'));
  return text === undefined
    ? { omitted: 'unreadable-secret' }
    : { text, ...(masked && { masked }) };
}
