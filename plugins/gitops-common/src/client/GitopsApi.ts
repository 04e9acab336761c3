import type { ObjectKey } from '../objectRef';
import type {
  ArtifactFile,
  ArtifactFolder,
  ArtifactFolderQuery,
  ArtifactList,
  ArtifactQuery,
} from './artifacts';
import type { CatalogErrorList, CatalogErrorsQuery } from './catalogErrors';
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

/** @public */
export interface GitopsRequestOptions {
  signal?: AbortSignal;
  /** Backstage token, for callers without a session, such as other backends. */
  token?: string;
}

/**
 * The REST API of the gitops plugin. Everything rejects with
 * {@link GitopsApiError} when the answer is no, and with what `fetch` throws
 * when there is none.
 *
 * @public
 */
export interface GitopsApi {
  listObjects(
    query?: ObjectsQuery,
    options?: GitopsRequestOptions,
  ): Promise<ObjectList>;

  getObject(
    key: ObjectKey,
    options?: GitopsRequestOptions,
  ): Promise<ObjectDetail>;

  listEvents(
    key: ObjectKey,
    query?: { limit?: number; cursor?: string },
    options?: GitopsRequestOptions,
  ): Promise<ObjectEventList>;

  /** The artifacts of a source that are kept. */
  listArtifacts(
    key: ObjectKey,
    options?: GitopsRequestOptions,
  ): Promise<ArtifactList>;

  /** What is in a folder of an artifact. */
  listArtifactFolder(
    key: ObjectKey,
    query?: ArtifactFolderQuery,
    options?: GitopsRequestOptions,
  ): Promise<ArtifactFolder>;

  /** A file of an artifact, to be looked at. */
  getArtifactFile(
    key: ObjectKey,
    query: ArtifactQuery & { path: string },
    options?: GitopsRequestOptions,
  ): Promise<ArtifactFile>;

  /** The tags of an ImageRepository, or what an ImagePolicy makes of them. */
  listImageTags(
    key: ObjectKey,
    query?: ImageTagsQuery,
    options?: GitopsRequestOptions,
  ): Promise<ImageTagList>;

  /** How an ImagePolicy chooses. */
  getImageCandidates(
    key: ObjectKey,
    options?: GitopsRequestOptions,
  ): Promise<ImageCandidates>;

  /**
   * What an ImageUpdateAutomation pushed, and what became of that; of a
   * Kustomization, what all automations pushed to its source, and what became of it there.
   */
  listImagePushes(
    key: ObjectKey,
    query?: { limit?: number; cursor?: string },
    options?: GitopsRequestOptions,
  ): Promise<ImagePushList>;

  /**
   * What an ImageUpdateAutomation would push if it ran now. It looks at the
   * repository, which takes some seconds; nothing is pushed.
   */
  previewImageUpdate(
    key: ObjectKey,
    options?: GitopsRequestOptions,
  ): Promise<ImageUpdatePreview>;

  /** What an Alert sent, or a Provider was to send. */
  listNotifications(
    key: ObjectKey,
    query?: NotificationsQuery,
    options?: GitopsRequestOptions,
  ): Promise<NotificationList>;

  /** Sends what an Alert or a Provider has given up on again: some, or all of it. */
  resendNotifications(
    key: ObjectKey,
    body?: { ids?: readonly string[] },
    options?: GitopsRequestOptions,
  ): Promise<{ resent: number }>;

  /** Sends something by a Provider, or by that of an Alert, at once. */
  sendTestNotification(
    key: ObjectKey,
    options?: GitopsRequestOptions,
  ): Promise<{ provider: ObjectPlace }>;

  /** Asks for a run now, and for one of its source first where `withSource`. */
  reconcileObject(
    key: ObjectKey,
    body?: { withSource?: boolean },
    options?: GitopsRequestOptions,
  ): Promise<ObjectRow>;

  suspendObject(
    key: ObjectKey,
    body?: { reason?: string },
    options?: GitopsRequestOptions,
  ): Promise<ObjectRow>;

  resumeObject(
    key: ObjectKey,
    options?: GitopsRequestOptions,
  ): Promise<ObjectRow>;

  /**
   * Makes an object, admitted by a claim for its namespace and held to it. With
   * `dryRun` everything is checked, by the home as well, and nothing is made.
   */
  createObject(
    body: CreateObjectRequest,
    options?: GitopsRequestOptions,
  ): Promise<CreatedObject>;

  /**
   * Deletes an object that nothing would bring back: none that is registered or
   * delivered from Git. What it delivered goes with it, as its deletion policy says.
   */
  deleteObject(
    key: ObjectKey,
    body: {
      /** Of the object that was looked at. */
      uid: string;
    },
    options?: GitopsRequestOptions,
  ): Promise<ObjectRow>;

  /**
   * Lets a held prune go. The digest is that of the set that was looked at
   * (`heldPrune`): it is refused where that is another one by now.
   */
  approvePrune(
    key: ObjectKey,
    body: { digest: string },
    options?: GitopsRequestOptions,
  ): Promise<ObjectRow>;

  /** What became of the manifests that are registered in the catalog. */
  listRegistrations(
    query?: RegistrationsQuery,
    options?: GitopsRequestOptions,
  ): Promise<RegistrationList>;

  /** @param entityRef - in full, `kind:namespace/name` */
  getRegistration(
    entityRef: string,
    options?: GitopsRequestOptions,
  ): Promise<RegistrationRow>;

  /**
   * Admits a manifest that no claim is about, as a claim for this file and this
   * object would.
   */
  approveRegistration(
    entityRef: string,
    body?: {
      /** Of the object's namespace; what it delivers is applied as it. */
      serviceAccount?: string;
      reason?: string;
    },
    options?: GitopsRequestOptions,
  ): Promise<RegistrationRow>;

  /** Refuses a manifest that no claim is about, until it is edited. */
  rejectRegistration(
    entityRef: string,
    body: { reason: string },
    options?: GitopsRequestOptions,
  ): Promise<RegistrationRow>;

  /** What the catalog could not take of registered files. */
  listCatalogErrors(
    query?: CatalogErrorsQuery,
    options?: GitopsRequestOptions,
  ): Promise<CatalogErrorList>;

  listHomes(options?: GitopsRequestOptions): Promise<HomeList>;

  /**
   * How the plugin is, of everything and everybody. Permission
   * `gitops.doctor.read`. Looks anew each time, which takes up to some seconds.
   */
  getDoctorReport(options?: GitopsRequestOptions): Promise<DoctorReport>;

  /** Without `since`: the present cursor, and no keys. */
  getChanges(
    query?: { since?: string },
    options?: GitopsRequestOptions,
  ): Promise<ChangeList>;
}
