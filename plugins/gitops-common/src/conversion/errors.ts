import { splitApiVersion, gitopsKinds, kindOfGroup } from '../kinds';

/**
 * The object is of no kind that we know, or of a version that never was.
 *
 * @public
 */
export class UnknownKindError extends Error {
  readonly code = 'GITOPS_UNKNOWN_KIND';
  /** The API versions of the kind, or all kinds with their API version. */
  readonly known: string[];

  constructor(
    readonly apiVersion: string,
    readonly kind: string,
  ) {
    const { group } = splitApiVersion(apiVersion);
    const sameKind =
      kindOfGroup(group, kind) ?? gitopsKinds.find(k => k.kind === kind);
    const known = sameKind
      ? sameKind.versions.map(version => `${sameKind.group}/${version}`)
      : gitopsKinds.map(k => `${k.kind} (${k.apiVersion})`);
    super(
      sameKind
        ? `there is no ${kind} of apiVersion '${apiVersion}'; known are ${known.join(', ')}`
        : `there is no GitOps kind '${kind}' of apiVersion '${apiVersion}'; known are ${known.join(', ')}`,
    );
    this.name = 'UnknownKindError';
    this.known = known;
  }
}
