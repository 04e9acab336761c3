import { Claim } from '@backstage-gitops/plugin-gitops-node';
import {
  RegistrationApproval,
  RegistrationClaim,
  RegistrationRow,
  RegistrationState,
} from '@backstage-gitops/plugin-gitops-common';
import { Approval } from '../../catalog/Approval';
import { Registration } from '../../catalog/Registration';
import { showLocation } from '../../catalog/showLocation';
import { Homes } from '../../homes/Homes';
import { timestamp, withoutUndefined } from '../objects/toRow';
import { hintFor } from './hintFor';
import { suggestClaim } from './suggestClaim';

/** Until it is decided for the first time it is new. */
export function stateOf({ state }: Registration): RegistrationState {
  return state ?? 'New';
}

/** A registration as the API shows it: without users and passwords of addresses. */
export function presentRegistration(
  registration: Registration,
  options: {
    homes: Homes;
    rawHosts: readonly string[];
    approval?: Approval;
  },
): RegistrationRow {
  const { kind, namespace, name, state, code, message } = registration;
  const applied = state === 'Applied';
  return {
    entityRef: registration.entityRef,
    object: { kind, namespace, name },
    location: showLocation(registration.location),
    document: registration.document,
    state: stateOf(registration),
    warnings: registration.warnings.map(warning => ({
      ...warning,
      message: showLocation(warning.message),
    })),
    since: timestamp(registration.updatedAt) ?? '',
    failures: registration.failures,
    ...withoutUndefined({
      home: registration.home,
      code: applied ? undefined : code,
      message: applied || !message ? undefined : showLocation(message),
      hint: hintFor(registration),
      claim: registration.claim && presentClaim(registration.claim),
      suggestedClaim:
        state === 'PendingApproval'
          ? suggestClaim(registration, options)
          : undefined,
      approval: options.approval && presentApproval(options.approval),
      nextTryAt: timestamp(registration.dueAt),
      appliedAt: timestamp(registration.appliedAt),
    }),
  };
}

function presentApproval(approval: Approval): RegistrationApproval {
  const { decision, actor, reason, serviceAccount, sourceHosts } = approval;
  return {
    decision,
    by: actor,
    at: timestamp(approval.decidedAt) ?? '',
    ...withoutUndefined({ reason, serviceAccount, sourceHosts }),
  };
}

/** A claim as the API shows it: what it admits. */
export function presentClaim(claim: Claim): RegistrationClaim {
  const { host, repository, ref, pathPrefix } = claim.location;
  return {
    location: {
      host,
      ...withoutUndefined({ repository, ref, pathPrefix }),
    },
    home: claim.home,
    namespaces: claim.namespaces,
    ...withoutUndefined({ serviceAccount: claim.serviceAccount }),
  };
}
