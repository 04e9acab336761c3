import { Request } from 'express';
import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import {
  ArtifactFolderQuery,
  ArtifactQuery,
  CATALOG_ERROR_CODES,
  CatalogErrorReport,
  CatalogErrorsQuery,
  CreateObjectRequest,
  gitopsKinds,
  ImageTagsQuery,
  OBJECT_SORTS,
  ObjectKey,
  ObjectsQuery,
  PublishedEntitiesQuery,
  REGISTRATION_STATES,
  RegistrationsQuery,
  STATUS_WORDS,
  NOTIFICATION_STATES,
  NotificationsQuery,
  TAG_VERDICTS,
} from '@backstage-gitops/plugin-gitops-common';
import { InvalidCursorError, InvalidRequestError } from '../errors';
import { ApprovalRequest } from '../registrations/RegistrationsService';
import { QueryReader } from './QueryReader';

/** Most rows of a page. */
const MAX_LIMIT = 200;
const LIMIT = { min: 1, max: MAX_LIMIT };
/** A page of entities goes to the catalog alone. */
const ENTITIES_LIMIT = { min: 1, max: 1_000 };
/** A page of a folder, or of tags. */
const FOLDER_LIMIT = { min: 1, max: 1_000 };
const PATH_LENGTH = 4096;
/** Of notifications in one request. */
const MOST_IDS = 500;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const CURSOR_LENGTH = 2048;
const SEARCH_LENGTH = 200;
const LOCATION_LENGTH = 2048;
const REASON_LENGTH = 500;
const MESSAGE_LENGTH = 2000;
const MAX_SECONDS = 7 * 24 * 3600;
/** A DNS subdomain, as Kubernetes wants most names. */
const OBJECT_NAME =
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const KINDS = gitopsKinds.map(({ kind }) => kind);

export function readObjectsQuery(request: Request): ObjectsQuery {
  const query = new QueryReader(request.url);
  const result: ObjectsQuery = {
    home: query.text('home'),
    kind: query.choices('kind', KINDS),
    namespace: query.text('namespace'),
    name: query.text('name'),
    status: query.choices('status', STATUS_WORDS),
    owner: query.texts('owner'),
    entity: query.text('entity'),
    suspended: query.flag('suspended'),
    search: query.text('search', SEARCH_LENGTH),
    sort: query.choice('sort', OBJECT_SORTS),
    limit: query.integer('limit', LIMIT),
    cursor: query.text('cursor', CURSOR_LENGTH),
  };
  query.finish();
  return result;
}

export function readRegistrationsQuery(request: Request): RegistrationsQuery {
  const query = new QueryReader(request.url);
  const result: RegistrationsQuery = {
    entity: query.texts('entity'),
    state: query.choices('state', REGISTRATION_STATES),
    location: query.text('location', LOCATION_LENGTH),
    limit: query.integer('limit', LIMIT),
    cursor: query.text('cursor', CURSOR_LENGTH),
  };
  query.finish();
  return result;
}

export function readCatalogErrorsQuery(request: Request): CatalogErrorsQuery {
  const query = new QueryReader(request.url);
  const result: CatalogErrorsQuery = {
    location: query.text('location', LOCATION_LENGTH),
    limit: query.integer('limit', LIMIT),
    cursor: query.text('cursor', CURSOR_LENGTH),
  };
  query.finish();
  return result;
}

export function readEntitiesQuery(request: Request): PublishedEntitiesQuery {
  const query = new QueryReader(request.url);
  const home = query.text('home');
  const result = {
    since: query.text('since', CURSOR_LENGTH),
    limit: query.integer('limit', ENTITIES_LIMIT),
    cursor: query.text('cursor', CURSOR_LENGTH),
  };
  query.finish();
  if (home === undefined) {
    throw new InvalidRequestError("Parameter 'home': it is missing");
  }
  if (result.since !== undefined && result.cursor !== undefined) {
    throw new InvalidCursorError('cursor', "with 'since' there are no pages");
  }
  return { home, ...result };
}

/** What the catalog module sends; it is checked as what anybody sends. */
export function readCatalogErrorReport(request: Request): CatalogErrorReport {
  const { errors, resolved } = readBody(request, ['errors', 'resolved']);
  return {
    errors: readList('errors', errors, MAX_LIMIT, entry => ({
      entityRef: readText(entry, 'entityRef', LOCATION_LENGTH),
      location: readText(entry, 'location', LOCATION_LENGTH),
      code: readChoice(entry, 'code', CATALOG_ERROR_CODES),
      message: readText(entry, 'message', MESSAGE_LENGTH),
      validForSeconds: readSeconds(entry, 'validForSeconds'),
    })),
    resolved: readList('resolved', resolved, MAX_LIMIT, entry => ({
      entityRef: readText(entry, 'entityRef', LOCATION_LENGTH),
      ...(entry.location !== undefined && {
        location: readText(entry, 'location', LOCATION_LENGTH),
      }),
    })),
  };
}

/** The entity reference that a path tells part by part. */
export function readEntityRef(request: Request): string {
  const { kind, namespace, name } = request.params;
  return `${kind}:${namespace}/${name}`;
}

export function readEventsQuery(request: Request): {
  limit?: number;
  cursor?: string;
} {
  const query = new QueryReader(request.url);
  const result = {
    limit: query.integer('limit', LIMIT),
    cursor: query.text('cursor', CURSOR_LENGTH),
  };
  query.finish();
  return result;
}

export function readArtifactQuery(request: Request): { digest?: string } {
  const query = new QueryReader(request.url);
  const digest = readDigest(query);
  query.finish();
  return { digest };
}

export function readArtifactFolderQuery(request: Request): ArtifactFolderQuery {
  const query = new QueryReader(request.url);
  const result = {
    path: query.text('path', PATH_LENGTH),
    digest: readDigest(query),
    limit: query.integer('limit', FOLDER_LIMIT),
    cursor: query.text('cursor', CURSOR_LENGTH),
  };
  query.finish();
  return result;
}

export function readArtifactFileQuery(
  request: Request,
): ArtifactQuery & { path: string } {
  const query = new QueryReader(request.url);
  const path = query.text('path', PATH_LENGTH);
  const digest = readDigest(query);
  query.finish();
  if (path === undefined) {
    throw new InvalidRequestError("Parameter 'path': it is missing");
  }
  return { path, digest };
}

export function readImageTagsQuery(request: Request): ImageTagsQuery {
  const query = new QueryReader(request.url);
  const result: ImageTagsQuery = {
    search: query.text('search', SEARCH_LENGTH),
    verdict: query.choices('verdict', TAG_VERDICTS),
    limit: query.integer('limit', FOLDER_LIMIT),
    cursor: query.text('cursor', CURSOR_LENGTH),
  };
  query.finish();
  return result;
}

export function readNotificationsQuery(request: Request): NotificationsQuery {
  const query = new QueryReader(request.url);
  const states = query.choices('state', NOTIFICATION_STATES);
  if (states && states.length > 1) {
    throw new InvalidRequestError("Parameter 'state': expected one state");
  }
  const result: NotificationsQuery = {
    state: states?.[0],
    limit: query.integer('limit', LIMIT),
    cursor: query.text('cursor', CURSOR_LENGTH),
  };
  query.finish();
  return result;
}

export function readResendBody(request: Request): { ids?: string[] } {
  const { ids } = readBody(request, ['ids']);
  if (ids === undefined) {
    return {};
  }
  const isList =
    Array.isArray(ids) &&
    ids.length <= MOST_IDS &&
    ids.every(id => typeof id === 'string' && /^\d{1,15}$/.test(id));
  if (!isList) {
    throw new InvalidRequestError(
      `Field 'ids' of the body: expected at most ${MOST_IDS} ids of notifications`,
    );
  }
  return { ids: ids as string[] };
}

function readDigest(query: QueryReader): string | undefined {
  const digest = query.text('digest');
  if (digest !== undefined && !DIGEST.test(digest)) {
    throw new InvalidRequestError(
      "Parameter 'digest': expected sha256: and 64 hex digits",
    );
  }
  return digest;
}

export function readChangesQuery(request: Request): { since?: string } {
  const query = new QueryReader(request.url);
  const result = { since: query.text('since', CURSOR_LENGTH) };
  query.finish();
  return result;
}

/** For what takes no parameters. */
export function readNoQuery(request: Request): void {
  new QueryReader(request.url).finish();
}

export function readKey(request: Request): ObjectKey {
  const { home, kind, namespace, name } = request.params;
  return { home, kind, namespace, name };
}

export function readReconcileBody(request: Request): { withSource?: boolean } {
  const { withSource } = readBody(request, ['withSource']);
  if (withSource !== undefined && typeof withSource !== 'boolean') {
    throw new InvalidRequestError(
      "Field 'withSource' of the body: expected true or false",
    );
  }
  return { withSource };
}

export function readSuspendBody(request: Request): { reason?: string } {
  const { reason } = readBody(request, ['reason']);
  if (
    reason !== undefined &&
    (typeof reason !== 'string' || reason.length > REASON_LENGTH)
  ) {
    throw new InvalidRequestError(
      `Field 'reason' of the body: expected a text of at most ${REASON_LENGTH} characters`,
    );
  }
  return { reason };
}

export function readApproveBody(request: Request): ApprovalRequest {
  const body = readBody(request, ['serviceAccount', 'reason']);
  const { serviceAccount } = body;
  if (
    serviceAccount !== undefined &&
    (typeof serviceAccount !== 'string' || !OBJECT_NAME.test(serviceAccount))
  ) {
    throw new InvalidRequestError(
      "Field 'serviceAccount' of the body: expected the name of a ServiceAccount",
    );
  }
  return {
    ...(serviceAccount !== undefined && { serviceAccount }),
    ...(body.reason !== undefined && {
      reason: readText(body, 'reason', REASON_LENGTH),
    }),
  };
}

export function readRejectBody(request: Request): { reason: string } {
  const body = readBody(request, ['reason']);
  return { reason: readText(body, 'reason', REASON_LENGTH) };
}

/** What is wrong with the manifest inside, validation says by its schema. */
export function readCreateBody(request: Request): CreateObjectRequest {
  const body = readBody(request, ['home', 'manifest', 'dryRun']);
  const { manifest, dryRun } = body;
  if (
    !isJsonObject(manifest) ||
    !isJsonObject(manifest.metadata) ||
    !isJsonObject(manifest.spec)
  ) {
    throw new InvalidRequestError(
      "Field 'manifest' of the body: expected an object with apiVersion, kind, metadata and spec",
    );
  }
  if (dryRun !== undefined && typeof dryRun !== 'boolean') {
    throw new InvalidRequestError(
      "Field 'dryRun' of the body: expected true or false",
    );
  }
  readText(manifest, 'apiVersion', 253);
  readText(manifest, 'kind', 63);
  readText(manifest.metadata, 'name', 253);
  if (manifest.metadata.namespace !== undefined) {
    readText(manifest.metadata, 'namespace', 63);
  }
  return {
    home: readText(body, 'home', 253),
    // Its parts were looked at above; validation sees to the rest.
    manifest: manifest as unknown as CreateObjectRequest['manifest'],
    ...(dryRun !== undefined && { dryRun }),
  };
}

export function readDeleteBody(request: Request): { uid: string } {
  const body = readBody(request, ['uid']);
  return { uid: readText(body, 'uid', 253) };
}

export function readApprovePruneBody(request: Request): { digest: string } {
  const { digest } = readBody(request, ['digest']);
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new InvalidRequestError(
      "Field 'digest' of the body: expected that of the held prune, `sha256:` and 64 digits",
    );
  }
  return { digest };
}

export function readEmptyBody(request: Request): void {
  readBody(request, []);
}

function readBody(
  request: Request,
  fields: readonly string[],
): Record<string, unknown> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > 0 && !request.is('application/json')) {
    throw new InvalidRequestError(
      'The body must be JSON: set Content-Type to application/json',
    );
  }
  const body: unknown = request.body ?? {};
  if (!isJsonObject(body)) {
    throw new InvalidRequestError('The body must be a JSON object');
  }
  const unknown = Object.keys(body).find(name => !fields.includes(name));
  if (unknown !== undefined) {
    throw new InvalidRequestError(
      `Field '${unknown.slice(0, 60)}' of the body: there is no such field; ${
        fields.length > 0 ? `expected ${fields.join(', ')}` : 'it takes none'
      }`,
    );
  }
  return body;
}

function readList<T>(
  field: string,
  value: unknown,
  most: number,
  read: (entry: Record<string, unknown>) => T,
): T[] {
  if (
    !Array.isArray(value) ||
    value.length > most ||
    !value.every(entry => isJsonObject(entry))
  ) {
    throw new InvalidRequestError(
      `Field '${field}' of the body: expected a list of at most ${most} objects`,
    );
  }
  return value.map(read);
}

function readText(
  entry: Record<string, unknown>,
  field: string,
  maxLength: number,
): string {
  const value = entry[field];
  if (typeof value !== 'string' || value === '' || value.length > maxLength) {
    throw new InvalidRequestError(
      `Field '${field}' of the body: expected a text of at most ${maxLength} characters`,
    );
  }
  return value;
}

function readChoice<T extends string>(
  entry: Record<string, unknown>,
  field: string,
  choices: readonly T[],
): T {
  const found = choices.find(choice => choice === entry[field]);
  if (found === undefined) {
    throw new InvalidRequestError(
      `Field '${field}' of the body: expected one of ${choices.join(', ')}`,
    );
  }
  return found;
}

function readSeconds(entry: Record<string, unknown>, field: string): number {
  const value = entry[field];
  if (
    typeof value !== 'number' ||
    !Number.isInteger(value) ||
    value < 1 ||
    value > MAX_SECONDS
  ) {
    throw new InvalidRequestError(
      `Field '${field}' of the body: expected whole seconds from 1 to ${MAX_SECONDS}`,
    );
  }
  return value;
}
