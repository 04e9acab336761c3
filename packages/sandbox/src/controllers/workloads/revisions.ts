import type { JsonObject } from '../../json/value';
import { asObject, at, equal } from '../../json/value';
import type { ControllerContext } from '../controllerContext';
import {
  controllerReference,
  isDeleting,
  labelsOf,
  nameOf,
  namespaceOf,
  numberAt,
} from '../objects';
import { hashOf } from './podTemplate';

const MANAGER = 'kube-controller-manager';
const STORAGE = 'apps/controllerrevisions';
/** Label by which pods tell their template. */
export const REVISION_HASH = 'controller-revision-hash';

/** The templates that a StatefulSet or DaemonSet has had (Kubernetes 1.34, `pkg/controller/history`). */
export class Revisions {
  constructor(
    private readonly context: ControllerContext,
    private readonly hashLabel: string,
  ) {}

  /** All revisions of an owner, the oldest first. */
  list(owner: JsonObject): JsonObject[] {
    return this.context
      .controlled(owner, STORAGE)
      .filter(revision => !isDeleting(revision))
      .sort((a, b) => numberOf(a) - numberOf(b));
  }

  /** The revision of the owner's present template; it is always the newest. */
  current(owner: JsonObject): JsonObject | undefined {
    const data = {
      spec: {
        template: {
          ...asObject(at(owner, 'spec', 'template')),
          $patch: 'replace',
        },
      },
    };
    const known = this.list(owner);
    const found = known.find(revision => equal(revision.data, data));
    const newest = known.at(-1);
    if (!found) return this.create(owner, data, numberOf(newest) + 1);
    if (found === newest) return found;
    this.context.attempt(() =>
      this.context.update(
        found,
        { ...found, revision: numberOf(newest) + 1 },
        MANAGER,
      ),
    );
    return this.context.current(found);
  }

  /** Deletes the oldest revisions beyond the limit that no pod has. */
  trim(owner: JsonObject, isUsed: (revision: JsonObject) => boolean): void {
    const spare = this.list(owner).filter(revision => !isUsed(revision));
    const limit = numberAt(owner, 10, 'spec', 'revisionHistoryLimit');
    for (const revision of spare.slice(0, Math.max(0, spare.length - limit))) {
      this.context.delete(revision);
    }
  }

  private create(
    owner: JsonObject,
    data: JsonObject,
    revision: number,
  ): JsonObject | undefined {
    const hash = hashOf(data);
    let created: JsonObject | undefined;
    this.context.attempt(() => {
      created = this.context.create(
        {
          apiVersion: 'apps/v1',
          kind: 'ControllerRevision',
          metadata: {
            name: `${nameOf(owner)}-${hash}`,
            namespace: namespaceOf(owner),
            labels: {
              ...labelsOf(asObject(at(owner, 'spec', 'template'))),
              [this.hashLabel]: hash,
            },
            annotations: at(owner, 'metadata', 'annotations'),
            ownerReferences: [controllerReference(owner)],
          },
          data,
          revision,
        },
        MANAGER,
      );
    });
    return created;
  }
}

/** The hash in a revision's labels. */
export function hashOfRevision(revision: JsonObject, label: string): string {
  return String(labelsOf(revision)[label] ?? '');
}

/** The template that a revision keeps. */
export function templateOf(revision: JsonObject): JsonObject {
  const { $patch, ...template } = asObject(
    at(revision, 'data', 'spec', 'template'),
  );
  return template;
}

function numberOf(revision: JsonObject | undefined): number {
  return revision ? numberAt(revision, 0, 'revision') : 0;
}
