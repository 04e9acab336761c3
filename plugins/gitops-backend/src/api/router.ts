import { Request, Response, Router } from 'express';
import PromiseRouter from 'express-promise-router';
import {
  AuditorService,
  BackstageCredentials,
  BackstageServicePrincipal,
  BackstageUserPrincipal,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import { assertError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import { ObjectKey } from '@backstage-gitops/plugin-gitops-common';
import { ArtifactStore } from '@backstage-gitops/plugin-gitops-node';
import { sendArtifact } from '../artifacts/sendArtifact';
import { ArtifactsService } from './artifacts/ArtifactsService';
import { bodyParser } from './http/bodyParser';
import {
  readApproveBody,
  readApprovePruneBody,
  readArtifactFileQuery,
  readArtifactFolderQuery,
  readArtifactQuery,
  readCatalogErrorReport,
  readCatalogErrorsQuery,
  readChangesQuery,
  readCreateBody,
  readDeleteBody,
  readEmptyBody,
  readEntitiesQuery,
  readEntityRef,
  readEventsQuery,
  readImageTagsQuery,
  readKey,
  readNoQuery,
  readNotificationsQuery,
  readResendBody,
  readObjectsQuery,
  readReconcileBody,
  readRejectBody,
  readRegistrationsQuery,
  readSuspendBody,
} from './http/readRequest';
import { CatalogErrorsService } from './catalog-errors/CatalogErrorsService';
import { DoctorService } from './doctor/DoctorService';
import { EntitiesService } from './entities/EntitiesService';
import { ImagesService } from './images/ImagesService';
import { NotificationsService } from './notifications/NotificationsService';
import { ObjectsService, RequestContext } from './objects/ObjectsService';
import {
  RegistrationsContext,
  RegistrationsService,
} from './registrations/RegistrationsService';

/** What {@link createRouter} needs. */
export interface RouterOptions {
  httpAuth: HttpAuthService;
  auditor: AuditorService;
  /** Must check permissions itself: the router does not. */
  objects: ObjectsService;
  /** As `objects`. */
  artifacts: ArtifactsService;
  /** Where the archives are that `artifacts` finds. */
  store: ArtifactStore;
  /** As `objects`. */
  images: ImagesService;
  /** As `objects`. */
  notifications: NotificationsService;
  /** As `objects`. */
  registrations: RegistrationsService;
  /** As `objects`. */
  catalogErrors: CatalogErrorsService;
  /** As `objects`. */
  entities: EntitiesService;
  /** As `objects`. */
  doctor: DoctorService;
}

const OBJECT = '/objects/:home/:kind/:namespace/:name';

/**
 * The REST API of the plugin, as `openapi.yaml` describes it. Errors are left
 * to Backstage's error handler, which keeps their `code`.
 */
export function createRouter(options: RouterOptions): Router {
  const { httpAuth, auditor, objects, registrations, catalogErrors } = options;
  const { artifacts, images, store, entities, doctor, notifications } = options;
  const router = PromiseRouter();
  router.use(bodyParser());

  const contextOf = async (request: Request): Promise<RequestContext> => {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user', 'service'],
    });
    return { credentials, actor: actorOf(credentials) };
  };

  /** Whatever comes of an action is on record, also that it was not allowed. */
  const onRecord = async (
    request: Request,
    eventId: string,
    about: JsonObject,
    run: (
      context: RequestContext,
      describe: (meta: JsonObject) => void,
    ) => Promise<unknown>,
    severityLevel: 'low' | 'medium' = 'medium',
  ): Promise<unknown> => {
    const meta: JsonObject = {};
    const event = await auditor.createEvent({
      eventId,
      severityLevel,
      request,
      meta: about,
    });
    try {
      readNoQuery(request);
      const result = await run(await contextOf(request), more =>
        Object.assign(meta, more),
      );
      await event.success({ meta });
      return result;
    } catch (error) {
      assertError(error);
      await event.fail({ error, meta });
      throw error;
    }
  };

  const audited = (
    request: Request,
    action:
      | 'reconcile'
      | 'suspend'
      | 'resume'
      | 'delete'
      | 'approve-prune'
      | 'resend-notifications'
      | 'test-notification',
    run: (
      key: ObjectKey,
      context: RequestContext,
      describe: (meta: JsonObject) => void,
    ) => Promise<unknown>,
  ): Promise<unknown> => {
    const key = readKey(request);
    return onRecord(
      request,
      'object-change',
      { actionType: action, ...key },
      (context, describe) => run(key, context, describe),
    );
  };

  const decided = (
    request: Request,
    decision: 'approve' | 'reject',
    run: (
      entityRef: string,
      context: RegistrationsContext,
      describe: (meta: JsonObject) => void,
    ) => Promise<unknown>,
  ): Promise<unknown> => {
    const entityRef = readEntityRef(request);
    return onRecord(
      request,
      'registration-decision',
      { actionType: decision, entityRef },
      ({ credentials, actor }, describe) =>
        run(entityRef, { credentials, actor }, describe),
    );
  };

  router.get('/objects', async (request, response) => {
    const context = await contextOf(request);
    answer(response, await objects.list(readObjectsQuery(request), context));
  });

  router.post('/objects', async (request, response) => {
    answer(
      response,
      await onRecord(
        request,
        'object-change',
        { actionType: 'create' },
        async (context, describe) => {
          const body = readCreateBody(request);
          const { home, manifest, dryRun = false } = body;
          const { kind, metadata } = manifest;
          const { namespace = 'default', name } = metadata;
          describe({ home, kind, namespace, name, dryRun });
          return objects.create(body, context);
        },
      ),
    );
  });

  router.get(OBJECT, async (request, response) => {
    const context = await contextOf(request);
    readNoQuery(request);
    answer(response, await objects.get(readKey(request), context));
  });

  router.get(`${OBJECT}/events`, async (request, response) => {
    const context = await contextOf(request);
    const page = readEventsQuery(request);
    answer(response, await objects.events(readKey(request), page, context));
  });

  router.get(`${OBJECT}/artifacts`, async (request, response) => {
    const context = await contextOf(request);
    readNoQuery(request);
    answer(response, await artifacts.list(readKey(request), context));
  });

  router.get(`${OBJECT}/artifacts/folder`, async (request, response) => {
    const context = await contextOf(request);
    const query = readArtifactFolderQuery(request);
    answer(response, await artifacts.folder(readKey(request), query, context));
  });

  router.get(`${OBJECT}/artifacts/file`, async (request, response) => {
    const context = await contextOf(request);
    const query = readArtifactFileQuery(request);
    answer(response, await artifacts.file(readKey(request), query, context));
  });

  router.get(`${OBJECT}/tags`, async (request, response) => {
    const context = await contextOf(request);
    const query = readImageTagsQuery(request);
    answer(response, await images.tags(readKey(request), query, context));
  });

  router.get(`${OBJECT}/candidates`, async (request, response) => {
    const context = await contextOf(request);
    readNoQuery(request);
    answer(response, await images.candidates(readKey(request), context));
  });

  router.get(`${OBJECT}/pushes`, async (request, response) => {
    const context = await contextOf(request);
    const page = readEventsQuery(request);
    answer(response, await images.pushes(readKey(request), page, context));
  });

  router.post(`${OBJECT}/preview`, async (request, response) => {
    const context = await contextOf(request);
    readNoQuery(request);
    readEmptyBody(request);
    answer(response, await images.preview(readKey(request), context));
  });

  router.get(`${OBJECT}/notifications`, async (request, response) => {
    const context = await contextOf(request);
    const query = readNotificationsQuery(request);
    answer(
      response,
      await notifications.list(readKey(request), query, context),
    );
  });

  router.post(`${OBJECT}/notifications/resend`, async (request, response) => {
    answer(
      response,
      await audited(request, 'resend-notifications', (key, context) =>
        notifications.resend(key, readResendBody(request), context),
      ),
    );
  });

  router.post(`${OBJECT}/notifications/test`, async (request, response) => {
    answer(
      response,
      await audited(request, 'test-notification', (key, context) => {
        readEmptyBody(request);
        return notifications.test(key, context);
      }),
    );
  });

  router.get(`${OBJECT}/artifacts/archive`, async (request, response) => {
    const context = await contextOf(request);
    const query = readArtifactQuery(request);
    const key = readKey(request);
    const artifact = await artifacts.locate(key, query, context);
    const name = `${key.namespace}-${key.name}-${artifact.digest.slice(7, 19)}.tar.gz`;
    await sendArtifact(request, response, { store, artifact, name });
  });

  router.post(`${OBJECT}/reconcile`, async (request, response) => {
    answer(
      response,
      await audited(request, 'reconcile', (key, context, describe) => {
        const body = readReconcileBody(request);
        describe({ withSource: body.withSource ?? false });
        return objects.reconcile(key, body, context);
      }),
    );
  });

  router.post(`${OBJECT}/suspend`, async (request, response) => {
    answer(
      response,
      await audited(request, 'suspend', (key, context, describe) => {
        const body = readSuspendBody(request);
        describe(body.reason === undefined ? {} : { reason: body.reason });
        return objects.suspend(key, body, context);
      }),
    );
  });

  router.post(`${OBJECT}/resume`, async (request, response) => {
    answer(
      response,
      await audited(request, 'resume', (key, context) => {
        readEmptyBody(request);
        return objects.resume(key, context);
      }),
    );
  });

  router.post(`${OBJECT}/delete`, async (request, response) => {
    answer(
      response,
      await audited(request, 'delete', (key, context, describe) => {
        const body = readDeleteBody(request);
        describe({ ...body });
        return objects.delete(key, body, context);
      }),
    );
  });

  router.post(`${OBJECT}/approve-prune`, async (request, response) => {
    answer(
      response,
      await audited(request, 'approve-prune', (key, context, describe) => {
        const body = readApprovePruneBody(request);
        describe({ ...body });
        return objects.approvePrune(key, body, context);
      }),
    );
  });

  router.get('/registrations', async (request, response) => {
    const { credentials, actor } = await contextOf(request);
    const query = readRegistrationsQuery(request);
    answer(response, await registrations.list(query, { credentials, actor }));
  });

  router.get(
    '/registrations/:kind/:namespace/:name',
    async (request, response) => {
      const { credentials, actor } = await contextOf(request);
      readNoQuery(request);
      const entityRef = readEntityRef(request);
      answer(
        response,
        await registrations.get(entityRef, { credentials, actor }),
      );
    },
  );

  const REGISTRATION = '/registrations/:kind/:namespace/:name';

  router.post(`${REGISTRATION}/approve`, async (request, response) => {
    answer(
      response,
      await decided(request, 'approve', (entityRef, context, describe) => {
        const body = readApproveBody(request);
        describe({ ...body });
        return registrations.approve(entityRef, body, context);
      }),
    );
  });

  router.post(`${REGISTRATION}/reject`, async (request, response) => {
    answer(
      response,
      await decided(request, 'reject', (entityRef, context, describe) => {
        const body = readRejectBody(request);
        describe({ ...body });
        return registrations.reject(entityRef, body, context);
      }),
    );
  });

  router.get('/catalog-errors', async (request, response) => {
    const { credentials } = await contextOf(request);
    const query = readCatalogErrorsQuery(request);
    answer(response, await catalogErrors.list(query, { credentials }));
  });

  router.post('/catalog-errors', async (request, response) => {
    const { credentials } = await contextOf(request);
    const report = readCatalogErrorReport(request);
    answer(response, await catalogErrors.report(report, { credentials }));
  });

  router.get('/entities', async (request, response) => {
    const { credentials } = await contextOf(request);
    const query = readEntitiesQuery(request);
    answer(response, await entities.list(query, { credentials }));
  });

  router.get('/homes', async (request, response) => {
    const context = await contextOf(request);
    readNoQuery(request);
    answer(response, await objects.homes(context));
  });

  router.get('/doctor', async (request, response) => {
    answer(
      response,
      await onRecord(
        request,
        'doctor-report',
        {},
        async ({ credentials }, describe) => {
          const report = await doctor.report({ credentials });
          describe({ level: report.level });
          return report;
        },
        'low',
      ),
    );
  });

  router.get('/changes', async (request, response) => {
    const context = await contextOf(request);
    const { since } = readChangesQuery(request);
    answer(response, await objects.changes(since, context));
  });

  return router;
}

/** Objects may hold integers that only this writer keeps. */
function answer(response: Response, body: unknown): void {
  response.type('application/json').send(stringifyJson(body));
}

function actorOf(
  credentials: BackstageCredentials<
    BackstageUserPrincipal | BackstageServicePrincipal
  >,
): string {
  const { principal } = credentials;
  return principal.type === 'user'
    ? principal.userEntityRef
    : `service:${principal.subject}`;
}
