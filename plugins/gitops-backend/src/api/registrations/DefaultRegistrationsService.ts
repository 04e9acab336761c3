import {
  gitopsRegistrationApprovePermission,
  kindByName,
  REGISTRATION_STATES,
  RegistrationList,
  RegistrationRow,
  RegistrationsQuery,
} from '@backstage-gitops/plugin-gitops-common';
import { fullEntityRef } from '@backstage-gitops/plugin-gitops-node';
import { Approval } from '../../catalog/Approval';
import { ApprovalStore } from '../../catalog/ApprovalStore';
import { DeliveryError } from '../../catalog/DeliveryError';
import { Registration } from '../../catalog/Registration';
import { RegistrationStore } from '../../catalog/RegistrationStore';
import { showLocation } from '../../catalog/showLocation';
import {
  InvalidRequestError,
  MissingPermissionError,
  NotSupportedError,
  ObjectChangedError,
  RegistrationNotFoundError,
} from '../errors';
import { decodePosition, encodePosition } from '../objects/cursor';
import { entityRefOf } from '../objects/matchesQuery';
import { ObjectIndex } from '../objects/ObjectIndex';
import { GitopsObjectResource } from '../objects/ObjectSummary';
import { PagePosition, PageSelector } from '../objects/PageSelector';
import { presentRegistration, stateOf } from './presentRegistration';
import {
  ApprovalRequest,
  RegistrationsContext,
  RegistrationsService,
} from './RegistrationsService';

/** What {@link DefaultRegistrationsService} is made of. */
export interface DefaultRegistrationsServiceOptions {
  index: ObjectIndex;
  registrations: Pick<RegistrationStore, 'list' | 'get' | 'wake'>;
  approvals: Pick<ApprovalStore, 'get' | 'set'>;
  /** Hosts that a manifest would fetch from, as its file has it now. */
  sourceHostsOf: (registration: Registration) => Promise<string[]>;
  /** Called after a decision, so that it is acted on at once. */
  onDecision?: () => void;
  now?: () => number;
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
    const ref = fullEntityRef(entityRef, 'kustomization');
    const found = ref && (await this.options.registrations.get(ref));
    if (!found || !this.isVisible(found, context)) {
      throw new RegistrationNotFoundError(entityRef);
    }
    const may = { approve: this.mayApprove(found, context) };
    return { ...(await this.presentWhole(found)), may };
  }

  async approve(
    entityRef: string,
    request: ApprovalRequest,
    context: RegistrationsContext,
  ): Promise<RegistrationRow> {
    const found = await this.undecided(entityRef, 'approve', context);
    const home = this.options.index.homes.find(found.home ?? '');
    if (!home) {
      throw new NotSupportedError(
        `${found.entityRef} is for no home that this portal has; an administrator adds one to gitops.homes in app-config`,
      );
    }
    const { namespace } = found;
    const { serviceAccount } = request;
    if (
      !home.deliveryIdentity({ namespace, serviceAccountName: serviceAccount })
    ) {
      throw new InvalidRequestError(
        `Field 'serviceAccount' of the body: the home '${home.name}' applies nothing without one; name a ServiceAccount of namespace ${namespace}`,
      );
    }
    return this.decide(found, context, {
      decision: 'approved',
      home: home.name,
      serviceAccount,
      sourceHosts: await this.sourceHostsOf(found),
      reason: request.reason,
    });
  }

  async reject(
    entityRef: string,
    request: { reason: string },
    context: RegistrationsContext,
  ): Promise<RegistrationRow> {
    const found = await this.undecided(entityRef, 'reject', context);
    return this.decide(found, context, {
      decision: 'rejected',
      home: found.home ?? '',
      reason: request.reason,
    });
  }

  /** One that waits for approval, or was rejected: a claim decides of the rest. */
  private async undecided(
    entityRef: string,
    verb: string,
    context: RegistrationsContext,
  ): Promise<Registration> {
    const ref = fullEntityRef(entityRef, 'kustomization');
    const found = ref && (await this.options.registrations.get(ref));
    if (!found || !this.isVisible(found, context)) {
      throw new RegistrationNotFoundError(entityRef);
    }
    if (!this.mayApprove(found, context)) {
      throw new MissingPermissionError(
        gitopsRegistrationApprovePermission.name,
        `${verb} ${found.entityRef}`,
      );
    }
    const waits =
      found.code === 'NoClaim' ||
      found.code === 'ApprovalRefused' ||
      (await this.options.approvals.get(found.entityRef)) !== undefined;
    if (!waits) {
      throw new NotSupportedError(
        `${found.entityRef} does not wait for approval: ${
          found.state
            ? 'the claims about its file decide'
            : 'nobody has looked at it yet'
        }`,
      );
    }
    return found;
  }

  private async sourceHostsOf(found: Registration): Promise<string[]> {
    try {
      return await this.options.sourceHostsOf(found);
    } catch (error) {
      if (error instanceof DeliveryError) {
        throw new ObjectChangedError(
          `${found.entityRef} cannot be approved: ${error.message}`,
        );
      }
      throw error;
    }
  }

  private async decide(
    found: Registration,
    context: RegistrationsContext,
    decision: Pick<Approval, 'decision' | 'home'> & Partial<Approval>,
  ): Promise<RegistrationRow> {
    const { approvals, registrations, now, onDecision } = this.options;
    await approvals.set(found.entityRef, {
      ...decision,
      location: showLocation(found.location),
      digest: found.digest,
      actor: context.actor,
      decidedAt: (now ?? Date.now)(),
    });
    await registrations.wake([found.location]);
    onDecision?.();
    return this.get(found.entityRef, context);
  }

  private async presentWhole(found: Registration): Promise<RegistrationRow> {
    return this.present(
      found,
      await this.options.approvals.get(found.entityRef),
    );
  }

  private present(
    registration: Registration,
    approval?: Approval,
  ): RegistrationRow {
    return presentRegistration(registration, {
      homes: this.options.index.homes,
      rawHosts: this.options.rawHosts,
      approval,
    });
  }

  /** What the manifest says of its owner gives nobody the right to let it in. */
  private mayApprove(
    registration: Registration,
    { mayApprove }: RegistrationsContext,
  ): boolean {
    const {
      ownerRef: _,
      componentRef: __,
      ...resource
    } = this.resourceOf(registration);
    return !mayApprove || mayApprove(resource);
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
        there?.ownerRef ?? normalizeOwner(claim?.owner ?? registration.owner),
    };
  }
}

function normalizeOwner(owner: string | undefined): string | undefined {
  return owner && fullEntityRef(owner, 'group');
}
