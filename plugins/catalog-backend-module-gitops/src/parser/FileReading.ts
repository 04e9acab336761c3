import { createHash } from 'node:crypto';
import {
  isJsonObject,
  JsonObject,
  JsonValue,
} from '@backstage-gitops/kubernetes-yaml';
import {
  gitopsKinds,
  GitopsKind,
  kindOfGroup,
  splitApiVersion,
} from '@backstage-gitops/plugin-gitops-common';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import {
  Claim,
  entityNameOf,
  FileDocument,
  homeFor,
  HomeNaming,
  identityOf,
  LONGEST_ENTITY_NAME,
  ManifestAnnotation,
  ManifestFinding,
} from '@backstage-gitops/plugin-gitops-node';
import { invalidReferencesOf, slimEntityOf } from '../entity/slimEntity';

/** Findings that entities carry at most; the log has all of them. */
const MOST_FINDINGS = 20;
const PLAIN_NAME = /^[A-Za-z0-9][-A-Za-z0-9_.]{0,62}$/;

/**
 * Reads the documents of one file one by one: makes the slim entities, and
 * notes what whoever registered the file should know.
 */
export class FileReading {
  private readonly homes: readonly HomeNaming[];
  private readonly claims: readonly Claim[];
  private readonly entities: Entity[] = [];
  /** Entity references so far, with the document of each. */
  private readonly taken = new Map<string, string>();
  /** Short, and different for each file. */
  private readonly fileId: string;
  readonly findings: ManifestFinding[] = [];

  /** @param options - `claims`: those about this file */
  constructor(options: {
    /** The address of the file. */
    file: string;
    homes: readonly HomeNaming[];
    claims: readonly Claim[];
  }) {
    this.fileId = createHash('sha256')
      .update(options.file)
      .digest('hex')
      .slice(0, 8);
    this.homes = options.homes;
    this.claims = options.claims;
  }

  /** The entities of the file; each tells what was found in the file. */
  result(): Entity[] {
    if (this.findings.length === 0) {
      return this.entities;
    }
    const text = JSON.stringify(this.findings.slice(0, MOST_FINDINGS));
    for (const { metadata } of this.entities) {
      metadata.annotations![ManifestAnnotation.findings] = text;
    }
    return this.entities;
  }

  addForeign({ id, value }: FileDocument): void {
    this.find({
      document: id,
      code: 'foreignDocument',
      severity: 'warning',
      message: `${describe(id, value)} is not taken from the catalog, which takes GitOps objects and entities of its own; put it into a path that a Kustomization delivers`,
    });
  }

  addGitops({ id, value }: FileDocument): void {
    const { apiVersion, kind: kindName, metadata } = identityOf(value);
    const { group } = splitApiVersion(String(apiVersion));
    const kind = kindOfGroup(group, String(kindName));
    if (!isJsonObject(value)) {
      return;
    }
    if (!kind) {
      const kinds = gitopsKinds.filter(known => known.group === group);
      // Of a kind that rules allow, or they would reject the whole file.
      this.refuse(kinds[0], id, value, 'unknown-kind', {
        document: id,
        code: 'unknownKind',
        severity: 'error',
        message: `${describe(id, value)} is of no kind that ${group} has; it has ${kinds
          .map(known => known.kind)
          .join(', ')}`,
      });
      return;
    }
    const namespace = metadata.namespace ?? 'default';
    const { name } = metadata;
    if (
      typeof name !== 'string' ||
      name === '' ||
      typeof namespace !== 'string' ||
      namespace === ''
    ) {
      this.refuse(kind, id, value, 'unnamed', {
        document: id,
        code: 'invalidName',
        severity: 'error',
        message: `${describe(id, value)} needs metadata.name, and metadata.namespace where it is given, as text`,
      });
      return;
    }
    this.addNamed(kind, { id, value, name, namespace });
  }

  private addNamed(
    kind: GitopsKind,
    document: {
      id: string;
      value: JsonObject;
      name: string;
      namespace: string;
    },
  ): void {
    const { id, value, name, namespace } = document;
    const home = homeFor({
      homes: this.homes,
      claims: this.claims,
      namespace,
    });
    const entityName = entityNameOf(home, name);
    if (entityName.length > LONGEST_ENTITY_NAME) {
      const suffix =
        entityName === name
          ? ''
          : ` with the suffix of its home (_${home?.name})`;
      this.refuse(kind, id, value, 'long-name', {
        document: id,
        code: 'nameTooLong',
        severity: 'error',
        message: `${kind.kind} of ${place(id)}: its metadata.name has ${entityName.length} characters${suffix}, and the catalog takes at most ${LONGEST_ENTITY_NAME}; give it a shorter name, or deliver it from Git with a Kustomization`,
      });
      return;
    }
    const entity = slimEntityOf({
      kind,
      document: value,
      documentId: id,
      name,
      namespace,
      home,
      defaultOwner: this.claims.find(claim => claim.home === home?.name)?.owner,
    });
    const ref = stringifyEntityRef(entity);
    const twin = this.taken.get(ref);
    if (twin !== undefined) {
      this.refuse(kind, id, value, 'duplicate', {
        document: id,
        code: 'duplicateName',
        severity: 'error',
        message: `${describe(id, value)} has the kind, namespace and name of ${place(twin)}, which is taken; remove one of them or rename it`,
      });
      return;
    }
    this.taken.set(ref, id);
    for (const annotation of invalidReferencesOf(value)) {
      this.find({
        document: id,
        code: 'invalidReference',
        severity: 'warning',
        message: `${describe(id, value)}: the annotation ${annotation} is no entity reference such as group:default/team and is ignored`,
      });
    }
    this.entities.push(entity);
  }

  /**
   * Emits an entity that fails with the reason: so the catalog shows it as an
   * error of this document, and neither hides it nor holds back its neighbours,
   * as an error of the whole file would.
   */
  private refuse(
    kind: GitopsKind,
    id: string,
    document: JsonObject,
    why: string,
    finding: ManifestFinding,
  ): void {
    this.find(finding);
    const entity = slimEntityOf({
      kind,
      document: { apiVersion: document.apiVersion },
      documentId: id,
      name: `refused-${why}-${this.fileId}-${id}`,
      namespace: 'default',
    });
    this.entities.push({
      ...entity,
      metadata: {
        ...entity.metadata,
        annotations: {
          ...entity.metadata.annotations,
          [ManifestAnnotation.refused]: finding.message,
        },
      },
    });
  }

  private find(finding: ManifestFinding): void {
    this.findings.push(finding);
  }
}

/** `document 2`, `item 3 of document 2`: counted from 1, as people do. */
function place(id: string): string {
  return id
    .split('.')
    .map((part, i) => `${i === 0 ? 'document' : 'item'} ${Number(part) + 1}`)
    .reverse()
    .join(' of ');
}

/** `document 2 (Secret credentials)`, as far as both are plain. */
function describe(id: string, value: JsonValue): string {
  const { kind, metadata } = identityOf(value);
  const words = [kind, metadata.name].filter(
    word => typeof word === 'string' && PLAIN_NAME.test(word),
  );
  return `${place(id)}${words.length > 0 ? ` (${words.join(' ')})` : ''}`;
}
