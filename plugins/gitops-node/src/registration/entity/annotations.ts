/**
 * Annotations of the entities that stand for GitOps objects. They are set by the
 * parser of registered manifests, or by the provider of published objects; a
 * manifest cannot set them.
 *
 * @public
 */
export const ManifestAnnotation = {
  /** Name of the home cluster that the object goes to. */
  home: 'backstage-gitops.io/home',
  /**
   * Name of the object that an entity was published for; registered ones have
   * none. The name of the entity may be a hash.
   */
  object: 'backstage-gitops.io/object-name',
  /** `sha256:<hex>` over the document as {@link manifestDigest} writes it. */
  digest: 'backstage-gitops.io/manifest-digest',
  /** Which document of the file, from 0; `3.1` is the second item of a list. */
  document: 'backstage-gitops.io/manifest-document',
  /** API version that the manifest is written in. */
  apiVersion: 'backstage-gitops.io/manifest-api-version',
  /** JSON list of {@link ManifestFinding}; absent where there is none. */
  findings: 'backstage-gitops.io/manifest-findings',
  /** Why the document is refused; such an entity fails with this error. */
  refused: 'backstage-gitops.io/manifest-refused',
} as const;

/**
 * Something about the file of a manifest that whoever registered it should know.
 *
 * @public
 */
export interface ManifestFinding {
  /** As {@link ManifestAnnotation.document}. */
  document: string;
  code:
    /** A document of no kind that is taken from the catalog, such as a Secret. */
    | 'foreignDocument'
    /** A kind that Flux's API group does not have. */
    | 'unknownKind'
    /** No usable `metadata.name` or `metadata.namespace`. */
    | 'invalidName'
    /** The name is too long for the catalog. */
    | 'nameTooLong'
    /** An earlier document of the file has the same kind, namespace and name. */
    | 'duplicateName'
    /** The owner or the component is no entity reference. */
    | 'invalidReference';
  severity: 'warning' | 'error';
  /** What is wrong and what to do, without any value of the document. */
  message: string;
}
