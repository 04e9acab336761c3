import {
  GitopsObject,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../../homes/Home';
import { Homes } from '../../homes/Homes';
import { ObjectOwners } from '../../owners/ObjectOwners';
import { ObjectSummary, summarize } from './ObjectSummary';

/** What {@link ObjectIndex} is made of. */
export interface ObjectIndexOptions {
  homes: Homes;
  /** The catalog entity of an object, where there is one. */
  entityRefOf?: (home: Home, object: GitopsObject) => string | undefined;
  /** Default: whom objects themselves name. */
  owners?: Pick<ObjectOwners, 'ownerOf'>;
}

/**
 * Summaries of all objects that the watches have seen. A summary lives as long
 * as the version of the object that it was read from, and its owner.
 */
export class ObjectIndex {
  readonly homes: Homes;
  private readonly entityRefOf: ObjectIndexOptions['entityRefOf'];
  private readonly owners: Pick<ObjectOwners, 'ownerOf'>;
  private readonly known = new WeakMap<GitopsObject, ObjectSummary>();

  constructor(options: ObjectIndexOptions) {
    this.homes = options.homes;
    this.entityRefOf = options.entityRefOf;
    this.owners = options.owners ?? new ObjectOwners();
  }

  summaryOf(home: Home, object: GitopsObject): ObjectSummary {
    const ownerRef = this.owners.ownerOf(home.name, object);
    let summary = this.known.get(object);
    if (!summary) {
      const entityRef = this.entityRefOf?.(home, object);
      summary = summarize(home.name, object, { entityRef, ownerRef });
    } else if (summary.ownerRef !== ownerRef) {
      summary = { ...summary, ownerRef };
    } else {
      return summary;
    }
    this.known.set(object, summary);
    return summary;
  }

  find(key: ObjectKey): ObjectSummary | undefined {
    const home = this.homes.find(key.home);
    const object = home?.cache.get(key);
    return home && object && this.summaryOf(home, object);
  }

  /** All summaries; of one home, of some kinds. */
  *list(scope?: {
    home?: string;
    kinds?: readonly string[];
  }): Generator<ObjectSummary> {
    for (const home of this.homes.list()) {
      if (scope?.home !== undefined && scope.home !== home.name) {
        continue;
      }
      const kinds = scope?.kinds ? new Set(scope.kinds) : [undefined];
      for (const kind of kinds) {
        for (const object of home.cache.list(kind)) {
          yield this.summaryOf(home, object);
        }
      }
    }
  }
}
