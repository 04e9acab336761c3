import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { MiddlewareFactory } from '@backstage/backend-defaults/rootHttpRouter';
import { createConditionAuthorizer } from '@backstage/plugin-permission-node';
import {
  CatalogErrorReport,
  ChangeList,
  CreatedObject,
  DoctorReport,
  GitopsClient,
  GitopsObject,
  HomeList,
  ImageUpdateAutomation,
  ObjectDetail,
  ObjectEventList,
  ObjectList,
  gitopsKinds,
  PublishedEntityList,
  stringifyObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { parseJson } from '@backstage-gitops/kubernetes-yaml';
import { ArtifactStore, Claim } from '@backstage-gitops/plugin-gitops-node';
import express from 'express';
import request from 'supertest';
import { FileArtifactStore } from '../../artifacts/FileArtifactStore';
import { IndexedArtifact } from '../../artifacts/ArtifactIndex';
import { StoredHistoryEntry } from '../../engine/report/HistoryStore';
import { StoredImagePush } from '../../controllers/image/automation/PushHistory';
import { PreviewedUpdate } from '../../controllers/image/automation/UpdatePreview';
import { TagStore } from '../../controllers/image/tags/TagStore';
import { HeldPrune } from '../../controllers/kustomize/HeldPrunes';
import { Home, HomeMode } from '../../homes/Home';
import { Homes } from '../../homes/Homes';
import { ChangeFeed } from '../changes/ChangeFeed';
import { Approval } from '../../catalog/Approval';
import { CatalogError } from '../../catalog/CatalogErrorStore';
import { Registration } from '../../catalog/Registration';
import { createArtifactsService } from '../createArtifactsService';
import { createCatalogErrorsService } from '../createCatalogErrorsService';
import { createEntitiesService } from '../createEntitiesService';
import { createImagesService } from '../createImagesService';
import { createNotificationsService } from '../createNotificationsService';
import { NotificationSender } from '../../controllers/notification/NotificationSender';
import {
  NotificationScope,
  StoredNotification,
} from '../../controllers/notification/outbox/NotificationStore';
import { DefaultNotificationsServiceOptions } from '../notifications/DefaultNotificationsService';
import { createObjectsService } from '../createObjectsService';
import { createRegistrationsService } from '../createRegistrationsService';
import { ObjectOwners } from '../../owners/ObjectOwners';
import { ObjectIndex } from '../objects/ObjectIndex';
import { relationsOf } from '../../homes/relationsOf';
import { EntityObjectsResolver, WarningsSource } from '../objects/sources';
import { WorkState } from '../objects/WorkReader';
import { AuthorizedDoctorService } from '../permissions/AuthorizedDoctorService';
import { PermissionDecision } from '../permissions/AuthorizedObjectsService';
import { createRouter } from '../router';
import { ApiDocument } from './ApiDocument';
import { inNamespace, permissionsOf } from './policy';
import { ClientRecords, recordingClient } from './recordingClient';

/** 2026-11-22T12:00:00Z. */
export const NOW = Date.UTC(2026, 10, 22, 12);

/** Any body of the API; tests look at what they expect. */
export type AnswerBody = Partial<
  ObjectList &
    ObjectDetail &
    ObjectEventList &
    HomeList &
    ChangeList &
    CreatedObject &
    PublishedEntityList &
    Omit<DoctorReport, 'counts' | 'homes' | 'objects' | 'queue'>
> & { error?: { name: string; message: string; code?: string } };

/** What the API answered. */
export interface Answer {
  status: number;
  body: AnswerBody;
}

const document = new ApiDocument();

/**
 * The API over homes in memory. Every exchange is held against `openapi.yaml`.
 */
export class ApiWorld implements ClientRecords {
  readonly homes: Home[];
  readonly index: ObjectIndex;
  readonly changes: ChangeFeed;
  readonly ticks: object[] = [];
  /** Decisions by name of the permission; what is not here is allowed. */
  readonly policy: Record<string, PermissionDecision> = {};
  readonly patches: ClientRecords['patches'] = [];
  readonly creations: ClientRecords['creations'] = [];
  readonly deletions: ClientRecords['deletions'] = [];
  readonly history: StoredHistoryEntry[] = [];
  readonly artifacts: IndexedArtifact[] = [];
  /** Pages of tags, whatever the image. */
  tags: Pick<TagStore, 'pages'> = {
    async *pages() {
      // There are none.
    },
  };
  /** By object id of the queue. */
  readonly pushes = new Map<string, StoredImagePush[]>();
  /** What automations would do. */
  preview: (
    automation: ImageUpdateAutomation,
    signal: AbortSignal,
  ) => Promise<PreviewedUpdate[]> = async () => [];
  /** What was to be sent; the newest last. */
  readonly notifications: StoredNotification[] = [];
  /** Sends a test. */
  sendNow: NotificationSender['sendNow'] = async () => {};
  /** How often somebody was told that there is something to send. */
  sendingWoken = 0;
  readonly store: ArtifactStore;
  readonly registrations: Registration[] = [];
  readonly catalogErrors: CatalogError[] = [];
  /** By object id of the queue. */
  readonly heldPrunes = new Map<string, HeldPrune>();
  readonly reported: CatalogErrorReport[] = [];
  /** `gitops.claims`. */
  readonly claims: Claim[] = [];
  readonly approvals = new Map<string, Approval>();
  /** Hosts in the file of any registration. */
  sourceHosts: () => string[] = () => [];
  /** What the plugin does not know yet after a start. */
  knowsRegistrations = true;
  /** Hands of the clock that published entities have. */
  now = NOW;
  /** Makes the report of the doctor, once somebody may see it. */
  doctor: () => Promise<DoctorReport> = async () => {
    throw new Error('there is no doctor in this world');
  };
  /** How often somebody decided. */
  decisions = 0;
  readonly work = new Map<string, WorkState>();
  readonly audit = mockServices.auditor.mock();
  readonly audited: {
    created: object;
    end?: 'success' | 'fail';
    meta?: object;
    error?: Error;
  }[] = [];
  readonly operations = new Set<string>();
  /** What the API server answers to the next patch. */
  refusal: Error | undefined;
  /** Header of the caller. */
  authorization = mockCredentials.user.header('user:default/ada');
  entities: EntityObjectsResolver | undefined;
  warnings: WarningsSource[] = [];
  /** Owners by Component, as the catalog has them. */
  readonly componentOwners = new Map<string, string>();
  readonly app: express.Express;

  constructor(
    homes: Record<string, HomeMode> = { local: 'reconcile' },
    options: {
      allowPortalCredential?: boolean;
      /** Default: one that is empty. */
      store?: ArtifactStore;
    } = {},
  ) {
    this.store =
      options.store ?? new FileArtifactStore({ directory: '/nowhere' });
    this.homes = Object.entries(homes).map(([name, mode]) => {
      const home = new Home({
        name,
        mode,
        client: recordingClient(name, this),
        allowPortalCredential: options.allowPortalCredential ?? true,
        now: () => NOW,
      });
      home.markConnected();
      return home;
    });
    const permissions = permissionsOf(this.policy);
    const owners = {
      // Tests change the claims as they go.
      ownerOf: (home: string, object: GitopsObject) =>
        new ObjectOwners({
          claims: this.claims,
          components: { ownerOf: ref => this.componentOwners.get(ref) },
        }).ownerOf(home, object),
    };
    this.index = new ObjectIndex({ homes: new Homes(this.homes), owners });
    this.changes = new ChangeFeed({
      index: this.index,
      publish: async tick => {
        this.ticks.push(tick);
      },
      logger: mockServices.logger.mock(),
      generation: 'gen',
      now: () => NOW,
      after: () => () => {},
    });
    this.audit.createEvent.mockImplementation(async created => {
      const record: (typeof this.audited)[number] = {
        created: { eventId: created.eventId, ...created.meta },
      };
      this.audited.push(record);
      return {
        success: async end => {
          Object.assign(record, { end: 'success', meta: end?.meta });
        },
        fail: async ({ error, meta }) => {
          Object.assign(record, { end: 'fail', error, meta });
        },
      };
    });
    this.app = express();
    this.app.use(
      createRouter({
        httpAuth: mockServices.httpAuth(),
        auditor: this.audit,
        objects: createObjectsService({
          index: this.index,
          changes: this.changes,
          history: {
            list: async ({ objectId, limit, before = Infinity }) =>
              this.history
                .filter(e => e.objectId === objectId && e.seq < before)
                .sort((a, b) => b.seq - a.seq)
                .slice(0, limit),
          },
          artifacts: {
            list: async id =>
              this.artifacts.filter(artifact => artifact.objectId === id),
          },
          work: { find: async () => this.work },
          permissions,
          authorizer: createConditionAuthorizer([inNamespace]),
          entities: {
            matcherFor: async ref =>
              this.entities
                ? this.entities.matcherFor(ref)
                : object => object.componentRef === ref,
          },
          warnings: [
            {
              warningsFor: async (key, object) =>
                (
                  await Promise.all(
                    this.warnings.map(w => w.warningsFor(key, object)),
                  )
                ).flat(),
            },
          ],
          claims: this.claims,
          heldPrune: async objectId => this.heldPrunes.get(objectId),
          registeredAs: async key =>
            this.registrations.find(
              ({ objectId }) => objectId === stringifyObjectKey(key),
            )?.entityRef,
          now: () => NOW,
        }),
        artifacts: createArtifactsService({
          index: this.index,
          artifacts: {
            list: async id =>
              this.artifacts.filter(artifact => artifact.objectId === id),
          },
          store: this.store,
          permissions,
          authorizer: createConditionAuthorizer([inNamespace]),
        }),
        images: createImagesService({
          index: this.index,
          tags: { pages: (...asked) => this.tags.pages(...asked) },
          pushes: {
            list: async (ids, { limit, before = Infinity }) =>
              [ids]
                .flat()
                .flatMap(id => this.pushes.get(id) ?? [])
                .filter(push => push.id < before)
                .sort((a, b) => b.id - a.id)
                .slice(0, limit),
          },
          history: {
            atRevisions: async (ids, revisions) =>
              this.history.filter(
                ({ objectId, revision = '' }) =>
                  ids.includes(objectId) && revisions.includes(revision),
              ),
          },
          artifacts: {
            list: async id =>
              this.artifacts.filter(artifact => artifact.objectId === id),
          },
          preview: {
            preview: (_, automation, signal) =>
              this.preview(automation, signal),
          },
          commitUrl: (url, commit) => `${url}/commit/${commit}`,
          permissions,
          authorizer: createConditionAuthorizer([inNamespace]),
        }),
        notifications: createNotificationsService({
          index: this.index,
          notifications: this.notificationParts(),
          permissions,
          authorizer: createConditionAuthorizer([inNamespace]),
          now: () => NOW,
        }),
        store: this.store,
        registrations: createRegistrationsService({
          index: this.index,
          permissions,
          authorizer: createConditionAuthorizer([inNamespace]),
          rawHosts: ['git.test'],
          registrations: {
            list: async filter =>
              this.registrations.filter(
                ({ entityRef }) =>
                  !filter?.entityRefs || filter.entityRefs.includes(entityRef),
              ),
            get: async ref =>
              this.registrations.find(({ entityRef }) => entityRef === ref),
            wake: async locations => locations.length,
          },
          approvals: {
            get: async ref => this.approvals.get(ref),
            set: async (ref, approval) => {
              this.approvals.set(ref, approval);
            },
          },
          sourceHostsOf: async () => this.sourceHosts(),
          onDecision: () => {
            this.decisions++;
          },
          now: () => NOW,
        }),
        entities: createEntitiesService({
          homes: new Homes(this.homes),
          publish: {
            kinds: new Set(
              gitopsKinds
                .map(({ kind }) => kind)
                .filter(kind => kind !== 'HelmChart'),
            ),
          },
          naming: this.homes.map(({ name }) => ({
            name,
            bare: name === 'local',
          })),
          claims: this.claims,
          owners,
          rawHosts: ['git.test'],
          registrations: {
            objectIds: async () =>
              new Set(
                this.registrations.flatMap(({ objectId, state }) =>
                  objectId && state !== 'Orphaned' ? [objectId] : [],
                ),
              ),
          },
          errors: { list: async () => this.catalogErrors },
          knowsRegistrations: () => this.knowsRegistrations,
          auth: mockServices.auth(),
          now: () => this.now,
        }),
        doctor: new AuthorizedDoctorService({
          inner: { report: () => this.doctor() },
          permissions,
        }),
        catalogErrors: createCatalogErrorsService({
          permissions,
          auth: mockServices.auth(),
          errors: {
            list: async () => this.catalogErrors,
            report: async report => {
              this.reported.push(report);
              return report.errors.map(({ location }) => location);
            },
          },
          registrations: { wake: async locations => locations.length },
        }),
      }),
    );
    this.app.use(
      MiddlewareFactory.create({
        logger: mockServices.logger.mock(),
        config: mockServices.rootConfig(),
      }).error({ showStackTraces: false }),
    );
  }

  home(name = 'local'): Home {
    return this.homes.find(home => home.name === name)!;
  }

  /** As the watch of a home would: into the cache, then into the feed. */
  put(object: GitopsObject, home = 'local'): GitopsObject {
    this.home(home).cache.set(object, relationsOf(object));
    this.changes.record(this.home(home), object);
    return object;
  }

  remove(object: GitopsObject, home = 'local'): void {
    this.home(home).cache.delete({
      kind: object.kind,
      namespace: object.metadata.namespace ?? 'default',
      name: object.metadata.name,
    });
    this.changes.record(this.home(home), object);
  }

  async get(url: string): Promise<Answer> {
    return this.exchange('GET', url);
  }

  async post(url: string, body?: unknown): Promise<Answer> {
    return this.exchange('POST', url, body);
  }

  /** A body that is no JSON, or is not said to be. */
  async postText(url: string, type: string, text: string): Promise<Answer> {
    const response = await request(this.app)
      .post(url)
      .set('Authorization', this.authorization)
      .set('Content-Type', type)
      .send(text);
    this.operations.add(
      document.check({
        method: 'POST',
        url,
        unreadable: true,
        status: response.status,
        contentType: response.headers['content-type'],
        response: response.body,
      }),
    );
    return { status: response.status, body: response.body };
  }

  private notificationParts(): DefaultNotificationsServiceOptions['notifications'] {
    const of = ({ home, namespace, alert, provider }: NotificationScope) =>
      this.notifications.filter(
        each =>
          each.home === home &&
          each.namespace === namespace &&
          (alert === undefined || each.alert.name === alert) &&
          (provider === undefined || each.provider === provider),
      );
    return {
      store: {
        list: async ({ state, before = Infinity, limit, ...scope }) =>
          of(scope)
            .filter(each => state === undefined || each.state === state)
            .filter(({ id }) => id < before)
            .reverse()
            .slice(0, limit),
        count: async scope => {
          const counts = { waiting: 0, sent: 0, dead: 0 };
          of(scope).forEach(({ state }) => {
            counts[state] += 1;
          });
          return counts;
        },
        revive: async (scope, ids) => {
          const dead = of(scope).filter(
            ({ id, state }) => state === 'dead' && (ids?.includes(id) ?? true),
          );
          dead.forEach(each => {
            each.state = 'waiting';
          });
          return dead.length;
        },
      },
      sender: { sendNow: (...sent) => this.sendNow(...sent) },
      pump: {
        wake: () => {
          this.sendingWoken += 1;
        },
      },
    };
  }

  /** The typed client, whose exchanges are held against the document as well. */
  typedClient(): GitopsClient {
    return new GitopsClient({
      discoveryApi: { getBaseUrl: async () => 'http://portal' },
      fetchApi: {
        fetch: async (url, init) => {
          const { status, text } = await this.send(
            init?.method === 'POST' ? 'POST' : 'GET',
            String(url).slice('http://portal'.length),
            init?.body === undefined
              ? undefined
              : JSON.parse(String(init.body)),
          );
          return new Response(text, { status });
        },
      },
    });
  }

  private async exchange(
    method: 'GET' | 'POST',
    url: string,
    body?: unknown,
  ): Promise<Answer> {
    const { status, text } = await this.send(method, url, body);
    return { status, body: parseJson(text) as Answer['body'] };
  }

  private async send(
    method: 'GET' | 'POST',
    url: string,
    body?: unknown,
  ): Promise<{ status: number; text: string }> {
    const agent = request(this.app);
    const sent = (method === 'GET' ? agent.get(url) : agent.post(url)).set(
      'Authorization',
      this.authorization,
    );
    // Errors carry no stack, and large integers survive only as text.
    const response = await (
      body === undefined
        ? sent
        : sent
            .set('Content-Type', 'application/json')
            .send(JSON.stringify(body))
    ).buffer(true);
    this.operations.add(
      document.check({
        method,
        url,
        body,
        status: response.status,
        contentType: String(response.headers['content-type']),
        response: JSON.parse(response.text),
      }),
    );
    return { status: response.status, text: response.text };
  }
}
