import {
  PublishedEntitiesQuery,
  PublishedEntityList,
} from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../../homes/Home';
import { Homes } from '../../homes/Homes';
import { InvalidCursorError, UnknownHomeError } from '../errors';
import { EntitiesService } from './EntitiesService';
import { PublishedObjects } from './PublishedObjects';
import { PublishedSet } from './PublishedSet';

/** What {@link DefaultEntitiesService} is made of. */
export interface DefaultEntitiesServiceOptions {
  homes: Homes;
  published: Pick<PublishedObjects, 'in' | 'isPublishing'>;
  /** Whether it is known by now which manifests are registered. */
  knowsRegistrations: () => boolean;
}

const DEFAULT_LIMIT = 500;
/** Listing all anew is cheaper than more changes. */
const MOST_CHANGES = 1_000;
const NOTHING = { items: [], removed: [], pageInfo: {} };

/**
 * {@link EntitiesService} out of the memory of the watches. What changed is found
 * by comparing at each question, so that nothing is kept for those who never ask.
 */
export class DefaultEntitiesService implements EntitiesService {
  private readonly options: DefaultEntitiesServiceOptions;
  private readonly sets = new Map<string, PublishedSet>();

  constructor(options: DefaultEntitiesServiceOptions) {
    this.options = options;
  }

  async list(query: PublishedEntitiesQuery): Promise<PublishedEntityList> {
    const home = this.options.homes.find(query.home);
    if (!home) {
      throw new UnknownHomeError(query.home);
    }
    const reason = this.missingOf(home);
    if (reason !== undefined) {
      return {
        ...NOTHING,
        complete: false,
        reason,
        reset: false,
        state: this.setOf(home).state,
        totalItems: 0,
      };
    }
    const present = this.options.published.isPublishing(home)
      ? await this.options.published.in(home)
      : new Map();
    const set = this.setOf(home);
    set.update(present);
    const answer: PublishedEntityList = {
      ...NOTHING,
      complete: true,
      reset: false,
      state: set.state,
      totalItems: set.size,
    };
    if (query.since === undefined) {
      return { ...answer, ...pageOf(set, query) };
    }
    const changes = set.since(query.since);
    return changes &&
      changes.changed.length + changes.removed.length <= MOST_CHANGES
      ? {
          ...answer,
          items: changes.changed.map(({ entity }) => entity),
          removed: changes.removed,
        }
      : { ...answer, reset: true };
  }

  private setOf(home: Home): PublishedSet {
    let set = this.sets.get(home.name);
    if (!set) {
      set = new PublishedSet();
      this.sets.set(home.name, set);
    }
    return set;
  }

  /** What is not known that an answer needs. */
  private missingOf(home: Home): string | undefined {
    if (!this.options.published.isPublishing(home)) {
      return undefined;
    }
    const { connected, error } = home.state;
    if (!connected) {
      return `home ${home.name} is not connected${error ? `: ${error}` : ''}`;
    }
    if (!home.isListed) {
      return `the objects of home ${home.name} have not all been listed yet`;
    }
    return this.options.knowsRegistrations()
      ? undefined
      : 'the catalog has not told yet which manifests are registered';
  }
}

function pageOf(
  set: PublishedSet,
  { cursor, limit = DEFAULT_LIMIT }: PublishedEntitiesQuery,
): Pick<PublishedEntityList, 'items' | 'pageInfo'> {
  const found = set.page(decode(cursor), limit + 1);
  const items = found.slice(0, limit);
  return {
    items: items.map(({ entity }) => entity),
    pageInfo:
      found.length > limit
        ? { nextCursor: encode(items[items.length - 1].entityRef) }
        : {},
  };
}

/** A position in the order of references holds whatever changes around it. */
function encode(entityRef: string): string {
  return Buffer.from(`>${entityRef}`).toString('base64url');
}

function decode(cursor: string | undefined): string | undefined {
  if (cursor === undefined) {
    return undefined;
  }
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!text.startsWith('>')) {
    throw new InvalidCursorError('cursor', 'this is no cursor');
  }
  return text.slice(1);
}
