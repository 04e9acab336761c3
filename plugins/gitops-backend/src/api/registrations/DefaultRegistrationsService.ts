import {
  kindByName,
  REGISTRATION_STATES,
  RegistrationList,
  RegistrationRow,
  RegistrationsQuery,
} from '@backstage-gitops/plugin-gitops-common';
import { Registration } from '../../catalog/Registration';
import { RegistrationStore } from '../../catalog/RegistrationStore';
import { showLocation } from '../../catalog/showLocation';
import { RegistrationNotFoundError } from '../errors';
import { decodePosition, encodePosition } from '../objects/cursor';
import { normalizeEntityRef } from '../objects/entityRef';
import { entityRefOf } from '../objects/matchesQuery';
import { ObjectIndex } from '../objects/ObjectIndex';
import { GitopsObjectResource } from '../objects/ObjectSummary';
import { PagePosition, PageSelector } from '../objects/PageSelector';
import { presentRegistration, stateOf } from './presentRegistration';
import {
  RegistrationsContext,
  RegistrationsService,
} from './RegistrationsService';

/** What {@link DefaultRegistrationsService} is made of. */
export interface DefaultRegistrationsServiceOptions {
  index: ObjectIndex;
  registrations: Pick<RegistrationStore, 'list' | 'get'>;
  /** `gitops.catalog.rawHosts`, to suggest claims. */
  rawHosts: readonly string[];
}

const DEFAULT_LIMIT = 50;
/** A cursor: rank of the state, entity reference. */
const SHAPE = ['number', 'string'] as const;

/** {@link RegistrationsService} out of the plugin's database. */
export class DefaultRegistrationsService implements RegistrationsService {
  private readonly options: DefaultRegistrationsServiceOptions;

  constructor(options: DefaultRegistrationsServiceOptions) {
    this.options = options;
  }

  async list(
    query: RegistrationsQuery,
    context: RegistrationsContext,
  ): Promise<RegistrationList> {
    const { limit, cursor, ...filters } = query;
    const position = decodePosition(cursor, filters, SHAPE);
    const entityRefs = query.entity?.map(ref =>
      entityRefOf('entity', ref, 'kustomization'),
    );
    const location = query.location && showLocation(query.location);
    const states = query.state && new Set(query.state);
    const selector = new PageSelector<Registration>({
      keyOf: registration => [
        REGISTRATION_STATES.indexOf(stateOf(registration)),
        registration.entityRef,
      ],
      limit: limit ?? DEFAULT_LIMIT,
      position,
    });
    const counts: RegistrationList['counts'] = {};
    let totalItems = 0;
    for (const registration of await this.options.registrations.list({
      entityRefs,
    })) {
      const state = stateOf(registration);
      if (
        (location && showLocation(registration.location) !== location) ||
        !this.isVisible(registration, context)
      ) {
        continue;
      }
      counts[state] = (counts[state] ?? 0) + 1;
      if (!states || states.has(state)) {
        totalItems += 1;
        selector.offer(registration);
      }
    }
    const { items, next, prev } = selector.finish();
    const cursorAt = (at: PagePosition) => encodePosition(filters, at);
    return {
      items: items.map(registration => this.present(registration)),
      totalItems,
      counts,
      pageInfo: {
        ...(next && { nextCursor: cursorAt(next) }),
        ...(prev && { prevCursor: cursorAt(prev) }),
      },
    };
  }

  async get(
    entityRef: string,
    context: RegistrationsContext,
  ): Promise<RegistrationRow> {
    const ref = normalizeEntityRef(entityRef, 'kustomization');
    const found = ref && (await this.options.registrations.get(ref));
    if (!found || !this.isVisible(found, context)) {
      throw new RegistrationNotFoundError(entityRef);
    }
    return this.present(found);
  }

  private present(registration: Registration): RegistrationRow {
    return presentRegistration(registration, {
      homes: this.options.index.homes,
      rawHosts: this.options.rawHosts,
    });
  }

  private isVisible(
    registration: Registration,
    { visible }: RegistrationsContext,
  ): boolean {
    return !visible || visible(this.resourceOf(registration));
  }

  /**
   * What permissions decide on: the object as it would be in its home. What an
   * object of that name says there of its owner and its Component holds as well.
   */
  private resourceOf(registration: Registration): GitopsObjectResource {
    const { home = '', kind, namespace, name, claim } = registration;
    const key = { home, kind, namespace, name };
    const there = this.options.index.find(key);
    return {
      key,
      apiVersion: there?.apiVersion ?? kindByName(kind)?.apiVersion ?? '',
      entityRef: registration.entityRef,
      componentRef: there?.componentRef,
      ownerRef:
        there?.ownerRef ??
        (claim?.owner && normalizeEntityRef(claim.owner, 'group')),
    };
  }
}
