import {
  ArtifactFile,
  ArtifactFolder,
  ArtifactFolderQuery,
  ArtifactList,
  ArtifactQuery,
  ArtifactRevision,
  CatalogErrorList,
  CatalogErrorRow,
  CatalogErrorsQuery,
  ChangeList,
  CreatedObject,
  CreateObjectRequest,
  DoctorReport,
  GitopsApi,
  GitopsApiError,
  HomeList,
  ImageCandidates,
  ImagePushList,
  ImagePushRow,
  ImageTag,
  ImageTagList,
  ImageTagsQuery,
  ImageUpdatePreview,
  NotificationList,
  NotificationRow,
  NotificationsQuery,
  ObjectDetail,
  ObjectEvent,
  ObjectEventList,
  ObjectKey,
  ObjectList,
  ObjectPlace,
  ObjectRow,
  ObjectsQuery,
  PreviewedBranch,
  RegistrationList,
  RegistrationRow,
  RegistrationsQuery,
  stringifyObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { doctorReport } from './doctor';
import { objectList } from './objects';

const ACTOR = 'user:default/guest';
const NOW = '2026-11-22T12:05:00Z';

/**
 * An API in memory. It answers from `objects` and `events`, rejects with
 * `error` where that is set, and keeps what it was asked in `calls`.
 *
 * @public
 */
export class GitopsApiMock implements GitopsApi {
  objects: ObjectDetail[];
  events: ObjectEvent[] = [];
  artifacts: ArtifactRevision[] = [];
  /** Of every artifact: text by path. */
  files: Readonly<Record<string, string>> = {};
  /** Of every image, with what policies make of them. */
  tags: ImageTag[] = [];
  pushes: ImagePushRow[] = [];
  notifications: NotificationRow[] = [];
  previewed: PreviewedBranch[] = [];
  homes: HomeList['items'] = [];
  registrations: RegistrationRow[] = [];
  catalogErrors: CatalogErrorRow[] = [];
  doctor: DoctorReport = doctorReport();
  /** What `getChanges` tells next, once. */
  changed: ObjectKey[] = [];
  error: Error | undefined;
  readonly calls: string[] = [];

  constructor(objects: ObjectDetail[] = []) {
    this.objects = objects;
  }

  /** Says no to everything, as the API does without the permission to read. */
  forbid(): this {
    this.error = new GitopsApiError({
      message: 'You need the permission gitops.object.read',
      code: 'GITOPS_NOT_ALLOWED',
      status: 403,
    });
    return this;
  }

  async listObjects(query: ObjectsQuery = {}): Promise<ObjectList> {
    this.answer(`list ${JSON.stringify(query)}`);
    const rows = this.objects.filter(
      ({ key, status }) =>
        (!query.status?.length || query.status.includes(status.word)) &&
        (!query.kind?.length || query.kind.includes(key.kind)) &&
        (!query.search || key.name.includes(query.search)),
    );
    return objectList(rows, { counts: objectList(this.objects).counts });
  }

  async getObject(key: ObjectKey): Promise<ObjectDetail> {
    this.answer(`get ${stringifyObjectKey(key)}`);
    return this.find(key);
  }

  async listEvents(
    key: ObjectKey,
    query: { limit?: number } = {},
  ): Promise<ObjectEventList> {
    this.answer(`events ${stringifyObjectKey(key)} ${query.limit ?? ''}`);
    return {
      items: this.events.slice(0, query.limit),
      pageInfo:
        this.events.length > (query.limit ?? Infinity)
          ? { nextCursor: 'more' }
          : {},
    };
  }

  async listArtifacts(key: ObjectKey): Promise<ArtifactList> {
    this.answer(`artifacts ${stringifyObjectKey(key)}`);
    return { items: this.artifacts };
  }

  async listArtifactFolder(
    key: ObjectKey,
    query: ArtifactFolderQuery = {},
  ): Promise<ArtifactFolder> {
    const { path = '' } = query;
    this.answer(`folder ${stringifyObjectKey(key)} ${path}`);
    const sizes = new Map<string, ArtifactFolder['items'][number]>();
    const prefix = path && `${path}/`;
    for (const [file, text] of Object.entries(this.files)) {
      if (file.startsWith(prefix)) {
        const [name, ...below] = file.slice(prefix.length).split('/');
        sizes.set(name, {
          name,
          type: below.length > 0 ? 'folder' : 'file',
          size: (sizes.get(name)?.size ?? 0) + text.length,
        });
      }
    }
    return {
      ...this.artifactOf(query),
      path,
      items: [...sizes.values()],
      totalItems: sizes.size,
      pageInfo: {},
    };
  }

  async getArtifactFile(
    key: ObjectKey,
    query: ArtifactQuery & { path: string },
  ): Promise<ArtifactFile> {
    const { path } = query;
    this.answer(`file ${stringifyObjectKey(key)} ${path}`);
    const text = this.files[path];
    return { ...this.artifactOf(query), path, size: text.length, text };
  }

  private artifactOf({ digest }: ArtifactQuery) {
    const found = this.artifacts.find(artifact =>
      digest ? artifact.digest === digest : artifact.current,
    );
    if (!found) {
      throw new GitopsApiError({
        message: 'There is no such artifact',
        code: 'GITOPS_ARTIFACT_NOT_FOUND',
        status: 404,
      });
    }
    return { revision: found.revision, digest: found.digest };
  }

  async reconcileObject(
    key: ObjectKey,
    body?: { withSource?: boolean },
  ): Promise<ObjectRow> {
    this.answer(
      `reconcile ${stringifyObjectKey(key)}${body?.withSource ? ' with source' : ''}`,
    );
    return this.find(key);
  }

  async suspendObject(
    key: ObjectKey,
    body?: { reason?: string },
  ): Promise<ObjectRow> {
    this.answer(`suspend ${stringifyObjectKey(key)} ${body?.reason ?? ''}`);
    const { reason } = body ?? {};
    return this.change(key, {
      suspended: true,
      suspension: { actor: 'user:default/guest', reason },
      status: { word: 'Suspended', sentence: 'Reconciling is suspended.' },
    });
  }

  async resumeObject(key: ObjectKey): Promise<ObjectRow> {
    this.answer(`resume ${stringifyObjectKey(key)}`);
    return this.change(key, {
      suspended: false,
      suspension: undefined,
      status: { word: 'Ready', sentence: 'It is ready.' },
    });
  }

  async createObject(body: CreateObjectRequest): Promise<CreatedObject> {
    const { home, manifest, dryRun = false } = body;
    const { namespace = 'default', name } = manifest.metadata;
    const key = { home, kind: manifest.kind, namespace, name };
    this.answer(`create ${stringifyObjectKey(key)}${dryRun ? ' dry' : ''}`);
    return { key, manifest, warnings: [], dryRun };
  }

  async deleteObject(
    key: ObjectKey,
    body: { uid: string },
  ): Promise<ObjectRow> {
    this.answer(`delete ${stringifyObjectKey(key)} ${body.uid}`);
    const row = this.find(key);
    this.objects = this.objects.filter(object => object !== row);
    return row;
  }

  async approvePrune(
    key: ObjectKey,
    body: { digest: string },
  ): Promise<ObjectRow> {
    this.answer(`approve prune ${stringifyObjectKey(key)} ${body.digest}`);
    return this.change(key, { heldPrune: undefined });
  }

  async listRegistrations(
    query: RegistrationsQuery = {},
  ): Promise<RegistrationList> {
    this.answer(`registrations ${JSON.stringify(query)}`);
    const found = this.registrations.filter(
      ({ entityRef, location }) =>
        (!query.entity || query.entity.includes(entityRef)) &&
        (!query.location || query.location === location),
    );
    const counts: RegistrationList['counts'] = {};
    found.forEach(({ state }) => {
      counts[state] = (counts[state] ?? 0) + 1;
    });
    const items = found.filter(
      ({ state }) => !query.state || query.state.includes(state),
    );
    return {
      items: items.slice(0, query.limit),
      totalItems: items.length,
      counts,
      pageInfo: {},
    };
  }

  async getRegistration(entityRef: string): Promise<RegistrationRow> {
    this.answer(`registration ${entityRef}`);
    const found = this.registrations.find(row => row.entityRef === entityRef);
    if (!found) {
      throw new GitopsApiError({
        message: `No manifest is registered as ${entityRef}`,
        code: 'GITOPS_REGISTRATION_NOT_FOUND',
        status: 404,
      });
    }
    return found;
  }

  async approveRegistration(
    entityRef: string,
    body: { serviceAccount?: string; reason?: string } = {},
  ): Promise<RegistrationRow> {
    this.answer(`approve ${entityRef} ${JSON.stringify(body)}`);
    return this.decide(entityRef, {
      state: 'New',
      approval: { decision: 'approved', by: ACTOR, at: NOW, ...body },
    });
  }

  async rejectRegistration(
    entityRef: string,
    body: { reason: string },
  ): Promise<RegistrationRow> {
    this.answer(`reject ${entityRef} ${body.reason}`);
    return this.decide(entityRef, {
      state: 'Rejected',
      code: 'ApprovalRefused',
      message: `${ACTOR} rejected it: ${body.reason}`,
      approval: { decision: 'rejected', by: ACTOR, at: NOW, ...body },
    });
  }

  async listCatalogErrors(
    query: CatalogErrorsQuery = {},
  ): Promise<CatalogErrorList> {
    this.answer(`catalog errors ${JSON.stringify(query)}`);
    const items = this.catalogErrors.filter(
      ({ location }) => !query.location || location === query.location,
    );
    return {
      items: items.slice(0, query.limit),
      totalItems: items.length,
      pageInfo: {},
    };
  }

  async listHomes(): Promise<HomeList> {
    this.answer('homes');
    return { items: this.homes };
  }

  async getDoctorReport(): Promise<DoctorReport> {
    this.answer('doctor');
    return this.doctor;
  }

  async getChanges(query: { since?: string } = {}): Promise<ChangeList> {
    this.answer(`changes ${query.since ?? ''}`);
    return { cursor: 'c2', reset: false, keys: this.changed.splice(0) };
  }

  private async decide(
    entityRef: string,
    changes: Partial<RegistrationRow>,
  ): Promise<RegistrationRow> {
    this.registrations = this.registrations.map(row =>
      row.entityRef === entityRef ? { ...row, ...changes } : row,
    );
    return this.getRegistration(entityRef);
  }

  async listImageTags(
    key: ObjectKey,
    query: ImageTagsQuery = {},
  ): Promise<ImageTagList> {
    this.answer(`tags ${stringifyObjectKey(key)} ${JSON.stringify(query)}`);
    const { search = '', verdict, limit = 100 } = query;
    const found = this.tags.filter(
      tag =>
        tag.tag.includes(search) &&
        (!verdict?.length || verdict.includes(tag.verdict!)),
    );
    return {
      image: 'registry.test/game',
      scannedAt: NOW,
      items: found.slice(0, limit),
      pageInfo: found.length > limit ? { nextCursor: 'more' } : {},
    };
  }

  async getImageCandidates(key: ObjectKey): Promise<ImageCandidates> {
    this.answer(`candidates ${stringifyObjectKey(key)}`);
    const counts: ImageCandidates['counts'] = {};
    for (const { verdict } of this.tags) {
      if (verdict) counts[verdict] = (counts[verdict] ?? 0) + 1;
    }
    return {
      image: 'registry.test/game',
      repository: {
        kind: 'ImageRepository',
        namespace: key.namespace,
        name: key.name,
      },
      scannedAt: NOW,
      total: this.tags.length,
      counts,
      items: this.tags.filter(({ verdict }) =>
        ['chosen', 'behind'].includes(verdict!),
      ),
      ...(!counts.chosen && { problem: 'no tag is a version in the range' }),
    };
  }

  async listImagePushes(
    key: ObjectKey,
    query: { limit?: number } = {},
  ): Promise<ImagePushList> {
    this.answer(`pushes ${stringifyObjectKey(key)} ${query.limit ?? ''}`);
    return {
      items: this.pushes.slice(0, query.limit),
      pageInfo:
        this.pushes.length > (query.limit ?? Infinity)
          ? { nextCursor: 'more' }
          : {},
    };
  }

  async previewImageUpdate(key: ObjectKey): Promise<ImageUpdatePreview> {
    this.answer(`preview ${stringifyObjectKey(key)}`);
    return { items: this.previewed };
  }

  async listNotifications(
    key: ObjectKey,
    query: NotificationsQuery = {},
  ): Promise<NotificationList> {
    const { state, limit = 50 } = query;
    this.answer(`notifications ${stringifyObjectKey(key)} ${state ?? ''}`);
    const counts = { waiting: 0, sent: 0, dead: 0 };
    this.notifications.forEach(row => {
      counts[row.state] += 1;
    });
    return {
      counts,
      items: this.notifications
        .filter(row => state === undefined || row.state === state)
        .slice(0, limit),
      pageInfo: {},
    };
  }

  async resendNotifications(key: ObjectKey): Promise<{ resent: number }> {
    this.answer(`resend ${stringifyObjectKey(key)}`);
    const dead = this.notifications.filter(({ state }) => state === 'dead');
    dead.forEach(row => Object.assign(row, { state: 'waiting' }));
    return { resent: dead.length };
  }

  async sendTestNotification(
    key: ObjectKey,
  ): Promise<{ provider: ObjectPlace }> {
    this.answer(`test ${stringifyObjectKey(key)}`);
    const { namespace } = key;
    return { provider: { kind: 'Provider', namespace, name: 'chat' } };
  }

  private answer(call: string): void {
    this.calls.push(call);
    if (this.error) throw this.error;
  }

  private change(key: ObjectKey, changes: Partial<ObjectDetail>): ObjectRow {
    const changed = { ...this.find(key), ...changes };
    this.objects = this.objects.map(object =>
      stringifyObjectKey(object.key) === stringifyObjectKey(key)
        ? changed
        : object,
    );
    return changed;
  }

  private find(key: ObjectKey): ObjectDetail {
    const id = stringifyObjectKey(key);
    const found = this.objects.find(
      object => stringifyObjectKey(object.key) === id,
    );
    if (!found) {
      throw new GitopsApiError({
        message: `There is no ${id}`,
        code: 'GITOPS_OBJECT_NOT_FOUND',
        status: 404,
      });
    }
    return found;
  }
}
