import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import {
  ArtifactCorruptError,
  ArtifactNotFoundError,
} from '@backstage-gitops/plugin-gitops-node';
import {
  ClusterError,
  KubernetesApiError,
} from '@backstage-gitops/kubernetes-apply';
import {
  formatObject,
  GitopsApiErrorCode,
  gitopsKinds,
  kindByName,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { ArchiveError } from '../artifacts/unpackArchive';

/** 400; the message names the parameter or field. */
export class InvalidRequestError extends InputError {
  readonly code: GitopsApiErrorCode = 'GITOPS_INVALID_REQUEST';
}

/** 400. */
export class InvalidCursorError extends InputError {
  readonly code: GitopsApiErrorCode = 'GITOPS_INVALID_CURSOR';
  constructor(parameter: string, why: string) {
    super(`Parameter '${parameter}': ${why}; ask again without it`);
  }
}

/** 404; also for what is there and may not be seen, with the same words. */
export class ObjectNotFoundError extends NotFoundError {
  readonly code: GitopsApiErrorCode = 'GITOPS_OBJECT_NOT_FOUND';
  constructor(key: ObjectKey, options?: { asSourceOf?: ObjectKey }) {
    const what = `There is no ${formatObject(key)} in home '${key.home}', or you may not see it`;
    super(
      options?.asSourceOf
        ? `${what}; it is the source of ${formatObject(options.asSourceOf)}`
        : what,
    );
  }
}

/** 404; also for what is there and may not be seen, with the same words. */
export class RegistrationNotFoundError extends NotFoundError {
  readonly code: GitopsApiErrorCode = 'GITOPS_REGISTRATION_NOT_FOUND';
  constructor(entityRef: string) {
    super(
      `No manifest is registered as ${entityRef}, or you may not see it; one that was registered just now is known within seconds`,
    );
  }
}

/** 404. */
export class NoArtifactError extends NotFoundError {
  readonly code: GitopsApiErrorCode = 'GITOPS_ARTIFACT_NOT_FOUND';
}

/** 409: it is there and cannot be read. */
export class UnreadableArtifactError extends ConflictError {
  readonly code: GitopsApiErrorCode = 'GITOPS_ARTIFACT_UNREADABLE';
}

/** 409. */
export class PreviewFailedError extends ConflictError {
  readonly code: GitopsApiErrorCode = 'GITOPS_PREVIEW_FAILED';
}

/** 409. */
export class NotificationFailedError extends ConflictError {
  readonly code: GitopsApiErrorCode = 'GITOPS_NOTIFICATION_FAILED';
}

/** 404. */
export class UnknownHomeError extends NotFoundError {
  readonly code: GitopsApiErrorCode = 'GITOPS_OBJECT_NOT_FOUND';
  constructor(name: string) {
    super(
      `There is no home '${name}'; the homes are those of gitops.homes in app-config`,
    );
  }
}

/** 404. */
export class UnknownObjectKindError extends NotFoundError {
  readonly code: GitopsApiErrorCode = 'GITOPS_OBJECT_NOT_FOUND';
  constructor(kind: string) {
    super(
      `'${kind}' is no GitOps kind; expected one of ${gitopsKinds
        .map(known => known.kind)
        .join(', ')}`,
    );
  }
}

/** 403; only about what the caller may see. */
export class MissingPermissionError extends NotAllowedError {
  readonly code: GitopsApiErrorCode = 'GITOPS_NOT_ALLOWED';
  constructor(permission: string, what: string) {
    super(
      `You may not ${what}: the permission ${permission} is missing; ask whoever maintains the permission policy`,
    );
  }
}

/** 409. */
export class ObjectSuspendedError extends ConflictError {
  readonly code: GitopsApiErrorCode = 'GITOPS_SUSPENDED';
  constructor(key: ObjectKey) {
    super(
      `${formatObject(key)} is suspended and is not reconciled; resume it first`,
    );
  }
}

/** 403: what the claims of app-config do not admit. */
export class NotClaimedError extends NotAllowedError {
  readonly code: GitopsApiErrorCode = 'GITOPS_NOT_CLAIMED';
}

/** 409. */
export class ObjectExistsError extends ConflictError {
  readonly code: GitopsApiErrorCode = 'GITOPS_EXISTS';
  constructor(key: ObjectKey) {
    super(
      `${formatObject(key)} is in home '${key.home}' already; choose another name`,
    );
  }
}

/** 409. */
export class NotSupportedError extends ConflictError {
  readonly code: GitopsApiErrorCode = 'GITOPS_NOT_SUPPORTED';
}

/** 409. */
export class ObjectChangedError extends ConflictError {
  readonly code: GitopsApiErrorCode = 'GITOPS_CONFLICT';
}

/** 503. */
export class HomeUnavailableError extends ServiceUnavailableError {
  readonly code: GitopsApiErrorCode = 'GITOPS_HOME_UNAVAILABLE';
  constructor(home: string, why: string | undefined) {
    super(
      `The home '${home}' does not answer: ${why ?? 'it has not answered yet'}`,
    );
  }
}

/** 502: the home is there, and refuses what the portal's credential asks. */
export class HomeRefusedError extends Error {
  readonly code: GitopsApiErrorCode = 'GITOPS_HOME_REFUSED';
  constructor(home: string, error: ClusterError) {
    super(
      `The home '${home}' refused: ${error.message}${error.hint ? `; ${error.hint}` : ''}`,
    );
    this.name = 'HomeRefusedError';
  }

  get statusCode(): number {
    return 502;
  }
}

/** 413. */
export class BodyTooLargeError extends Error {
  readonly code: GitopsApiErrorCode = 'GITOPS_BODY_TOO_LARGE';
  constructor(limit: string) {
    super(`The body is larger than ${limit}`);
    this.name = 'BodyTooLargeError';
  }

  get statusCode(): number {
    return 413;
  }
}

/** What an error of the store means to the caller of the API. */
export function artifactErrorOf(error: unknown): unknown {
  if (error instanceof ArtifactNotFoundError) {
    return new NoArtifactError(error.message);
  }
  return error instanceof ArtifactCorruptError || error instanceof ArchiveError
    ? new UnreadableArtifactError(error.message)
    : error;
}

/** Throws unless there is such a kind. */
export function checkKind(kind: string): void {
  if (!kindByName(kind)) {
    throw new UnknownObjectKindError(kind);
  }
}

/**
 * What an error of a home means to the caller of the API. A home's own 403 is
 * about the portal's credential, not about the caller.
 */
export function homeErrorOf(key: ObjectKey, error: unknown): unknown {
  if (error instanceof KubernetesApiError) {
    // How API servers refuse a patch that names the UID of a former object.
    if (error.details?.causes?.some(({ field }) => field === 'metadata.uid')) {
      return new ObjectChangedError(
        `${formatObject(key)} was deleted and made anew meanwhile; look again and repeat`,
      );
    }
    switch (error.code) {
      case 'not-found':
        return new ObjectNotFoundError(key);
      case 'conflict':
        return new ObjectChangedError(
          `${formatObject(key)} changed meanwhile: ${error.apiMessage}; look again and repeat`,
        );
      case 'timeout':
      case 'unavailable':
      case 'server-error':
      case 'too-many-requests':
        return new HomeUnavailableError(key.home, error.message);
      default:
        return new HomeRefusedError(key.home, error);
    }
  }
  if (error instanceof ClusterError) {
    return error.code === 'unknown-kind'
      ? new HomeRefusedError(key.home, error)
      : new HomeUnavailableError(key.home, error.message);
  }
  return error;
}
