import { parseJson } from '@backstage-gitops/kubernetes-yaml';
import type { ObjectKey } from '../objectRef';
import type { GitopsApi, GitopsRequestOptions } from './GitopsApi';
import { GitopsApiError } from './GitopsApiError';
import type {
  ArtifactFile,
  ArtifactFolder,
  ArtifactFolderQuery,
  ArtifactList,
  ArtifactQuery,
} from './artifacts';
import type {
  CatalogErrorList,
  CatalogErrorReceipt,
  CatalogErrorReport,
  CatalogErrorsQuery,
} from './catalogErrors';
import type { DoctorReport } from './doctor';
import type {
  ImageCandidates,
  ImagePushList,
  ImageTagList,
  ImageTagsQuery,
  ImageUpdatePreview,
} from './images';
import type { NotificationList, NotificationsQuery } from './notifications';
import type {
  PublishedEntitiesQuery,
  PublishedEntityList,
} from './publishedEntities';
import type {
  RegistrationList,
  RegistrationRow,
  RegistrationsQuery,
} from './registrations';
import type {
  ChangeList,
  CreatedObject,
  CreateObjectRequest,
  HomeList,
  ObjectDetail,
  ObjectEventList,
  ObjectList,
  ObjectPlace,
  ObjectRow,
  ObjectsQuery,
} from './types';

/**
 * What {@link GitopsClient} is made of: the discovery and fetch services of a
 * Backstage app or backend, which have these shapes.
 *
 * @public
 */
export interface GitopsClientOptions {
  discoveryApi: { getBaseUrl(pluginId: string): Promise<string> };
  fetchApi: { fetch: typeof fetch };
}

type Query = Record<
  string,
  string | number | boolean | readonly string[] | undefined
>;

/**
 * {@link GitopsApi} by HTTP, in browsers and in Node. Nothing is tried again:
 * a refusal stays one, and what acts must not act twice.
 *
 * @public
 */
export class GitopsClient implements GitopsApi {
  private readonly discoveryApi: GitopsClientOptions['discoveryApi'];
  private readonly fetchApi: GitopsClientOptions['fetchApi'];

  constructor(options: GitopsClientOptions) {
    this.discoveryApi = options.discoveryApi;
    this.fetchApi = options.fetchApi;
  }

  listObjects(
    query: ObjectsQuery = {},
    options?: GitopsRequestOptions,
  ): Promise<ObjectList> {
    return this.request('GET', '/objects', { query: { ...query }, options });
  }

  getObject(
    key: ObjectKey,
    options?: GitopsRequestOptions,
  ): Promise<ObjectDetail> {
    return this.request('GET', pathOf(key), { options });
  }

  listEvents(
    key: ObjectKey,
    query: { limit?: number; cursor?: string } = {},
    options?: GitopsRequestOptions,
  ): Promise<ObjectEventList> {
    return this.request('GET', `${pathOf(key)}/events`, {
      query: { ...query },
      options,
    });
  }

  listArtifacts(
    key: ObjectKey,
    options?: GitopsRequestOptions,
  ): Promise<ArtifactList> {
    return this.request('GET', `${pathOf(key)}/artifacts`, { options });
  }

  listArtifactFolder(
    key: ObjectKey,
    query: ArtifactFolderQuery = {},
    options?: GitopsRequestOptions,
  ): Promise<ArtifactFolder> {
    return this.request('GET', `${pathOf(key)}/artifacts/folder`, {
      query: { ...query },
      options,
    });
  }

  getArtifactFile(
    key: ObjectKey,
    query: ArtifactQuery & { path: string },
    options?: GitopsRequestOptions,
  ): Promise<ArtifactFile> {
    return this.request('GET', `${pathOf(key)}/artifacts/file`, {
      query: { ...query },
      options,
    });
  }

  listImageTags(
    key: ObjectKey,
    query: ImageTagsQuery = {},
    options?: GitopsRequestOptions,
  ): Promise<ImageTagList> {
    return this.request('GET', `${pathOf(key)}/tags`, {
      query: { ...query },
      options,
    });
  }

  getImageCandidates(
    key: ObjectKey,
    options?: GitopsRequestOptions,
  ): Promise<ImageCandidates> {
    return this.request('GET', `${pathOf(key)}/candidates`, { options });
  }

  listImagePushes(
    key: ObjectKey,
    query: { limit?: number; cursor?: string } = {},
    options?: GitopsRequestOptions,
  ): Promise<ImagePushList> {
    return this.request('GET', `${pathOf(key)}/pushes`, {
      query: { ...query },
      options,
    });
  }

  previewImageUpdate(
    key: ObjectKey,
    options?: GitopsRequestOptions,
  ): Promise<ImageUpdatePreview> {
    return this.request('POST', `${pathOf(key)}/preview`, {
      body: {},
      options,
    });
  }

  listNotifications(
    key: ObjectKey,
    query: NotificationsQuery = {},
    options?: GitopsRequestOptions,
  ): Promise<NotificationList> {
    return this.request('GET', `${pathOf(key)}/notifications`, {
      query: { ...query },
      options,
    });
  }

  resendNotifications(
    key: ObjectKey,
    body: { ids?: readonly string[] } = {},
    options?: GitopsRequestOptions,
  ): Promise<{ resent: number }> {
    return this.request('POST', `${pathOf(key)}/notifications/resend`, {
      body,
      options,
    });
  }

  sendTestNotification(
    key: ObjectKey,
    options?: GitopsRequestOptions,
  ): Promise<{ provider: ObjectPlace }> {
    return this.request('POST', `${pathOf(key)}/notifications/test`, {
      body: {},
      options,
    });
  }

  reconcileObject(
    key: ObjectKey,
    body: { withSource?: boolean } = {},
    options?: GitopsRequestOptions,
  ): Promise<ObjectRow> {
    return this.request('POST', `${pathOf(key)}/reconcile`, { body, options });
  }

  suspendObject(
    key: ObjectKey,
    body: { reason?: string } = {},
    options?: GitopsRequestOptions,
  ): Promise<ObjectRow> {
    return this.request('POST', `${pathOf(key)}/suspend`, { body, options });
  }

  resumeObject(
    key: ObjectKey,
    options?: GitopsRequestOptions,
  ): Promise<ObjectRow> {
    return this.request('POST', `${pathOf(key)}/resume`, {
      body: {},
      options,
    });
  }

  createObject(
    body: CreateObjectRequest,
    options?: GitopsRequestOptions,
  ): Promise<CreatedObject> {
    return this.request('POST', '/objects', { body, options });
  }

  deleteObject(
    key: ObjectKey,
    body: { uid: string },
    options?: GitopsRequestOptions,
  ): Promise<ObjectRow> {
    return this.request('POST', `${pathOf(key)}/delete`, { body, options });
  }

  approvePrune(
    key: ObjectKey,
    body: { digest: string },
    options?: GitopsRequestOptions,
  ): Promise<ObjectRow> {
    return this.request('POST', `${pathOf(key)}/approve-prune`, {
      body,
      options,
    });
  }

  listRegistrations(
    query: RegistrationsQuery = {},
    options?: GitopsRequestOptions,
  ): Promise<RegistrationList> {
    return this.request('GET', '/registrations', {
      query: { ...query },
      options,
    });
  }

  getRegistration(
    entityRef: string,
    options?: GitopsRequestOptions,
  ): Promise<RegistrationRow> {
    return this.request('GET', registrationPath(entityRef), { options });
  }

  approveRegistration(
    entityRef: string,
    body: { serviceAccount?: string; reason?: string } = {},
    options?: GitopsRequestOptions,
  ): Promise<RegistrationRow> {
    return this.request('POST', `${registrationPath(entityRef)}/approve`, {
      body,
      options,
    });
  }

  rejectRegistration(
    entityRef: string,
    body: { reason: string },
    options?: GitopsRequestOptions,
  ): Promise<RegistrationRow> {
    return this.request('POST', `${registrationPath(entityRef)}/reject`, {
      body,
      options,
    });
  }

  listCatalogErrors(
    query: CatalogErrorsQuery = {},
    options?: GitopsRequestOptions,
  ): Promise<CatalogErrorList> {
    return this.request('GET', '/catalog-errors', {
      query: { ...query },
      options,
    });
  }

  /** For the catalog alone. */
  reportCatalogErrors(
    report: CatalogErrorReport,
    options?: GitopsRequestOptions,
  ): Promise<CatalogErrorReceipt> {
    return this.request('POST', '/catalog-errors', { body: report, options });
  }

  /** For the catalog alone: what it is to hold of the objects of a home. */
  listPublishedEntities(
    query: PublishedEntitiesQuery,
    options?: GitopsRequestOptions,
  ): Promise<PublishedEntityList> {
    return this.request('GET', '/entities', { query: { ...query }, options });
  }

  listHomes(options?: GitopsRequestOptions): Promise<HomeList> {
    return this.request('GET', '/homes', { options });
  }

  getDoctorReport(options?: GitopsRequestOptions): Promise<DoctorReport> {
    return this.request('GET', '/doctor', { options });
  }

  getChanges(
    query: { since?: string } = {},
    options?: GitopsRequestOptions,
  ): Promise<ChangeList> {
    return this.request('GET', '/changes', { query: { ...query }, options });
  }

  private async request<T>(
    method: 'GET' | 'POST',
    path: string,
    parts: { query?: Query; body?: object; options?: GitopsRequestOptions },
  ): Promise<T> {
    const baseUrl = await this.discoveryApi.getBaseUrl('gitops');
    const { signal, token } = parts.options ?? {};
    const response = await this.fetchApi.fetch(
      `${baseUrl}${path}${queryOf(parts.query)}`,
      {
        method,
        headers: {
          Accept: 'application/json',
          ...(token && { Authorization: `Bearer ${token}` }),
          ...(parts.body && { 'Content-Type': 'application/json' }),
        },
        ...(parts.body && { body: JSON.stringify(parts.body) }),
        ...(signal && { signal }),
      },
    );
    const body = readBody(await response.text());
    if (!response.ok || body === undefined) {
      throw GitopsApiError.fromResponse({
        status: response.status,
        statusText: response.statusText,
        body,
      });
    }
    return body as T;
  }
}

function registrationPath(entityRef: string): string {
  return `/registrations/${entityRef.split(/[:/]/).map(encodeURIComponent).join('/')}`;
}

function pathOf(key: ObjectKey): string {
  return `/objects/${[key.home, key.kind, key.namespace, key.name]
    .map(encodeURIComponent)
    .join('/')}`;
}

function queryOf(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (typeof value === 'object') {
      value.forEach(item => parameters.append(name, item));
    } else {
      parameters.append(name, String(value));
    }
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

/** A proxy may answer with a page of HTML: that is no body. */
function readBody(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
