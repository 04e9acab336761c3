import { parseLocationRef } from '@backstage/catalog-model';
import { KubernetesApiError } from '@backstage-gitops/kubernetes-apply';
import {
  Claim,
  claimsFor,
  fileLocationOf,
} from '@backstage-gitops/plugin-gitops-node';
import {
  formatObject,
  GitopsAnnotation,
  gitopsKinds,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { Homes } from '../homes/Homes';
import { CatalogConfig } from './readCatalogConfig';
import { Decision, Registration } from './Registration';
import { RegistrationStore } from './RegistrationStore';
import { showLocation } from './showLocation';

/** As with prunes: so many at once, and the better part, need a person. */
const MASS = 20;

/** What became of an orphan. */
export type OrphanOutcome =
  /** There is nothing left to tend. */
  | 'gone'
  /** Without a decision it stays as it is. */
  | { decision?: Decision; dueAt: number };

/**
 * Looks after an object whose registration has vanished. It stays, and is
 * reconciled, until somebody deletes it; or for as long as its claim says, where
 * the claim says so, unless most of what the claim admitted would go with it.
 */
export async function tendOrphan(options: {
  registration: Registration;
  store: Pick<RegistrationStore, 'list'>;
  homes: Homes;
  config: CatalogConfig;
  now: number;
  signal?: AbortSignal;
}): Promise<OrphanOutcome> {
  const { registration, homes, config, now, signal } = options;
  const dueAt = now + config.resyncMs;
  const home = homes.find(registration.home ?? '');
  const kind = gitopsKinds.find(known => known.kind === registration.kind);
  if (!home || !kind) {
    return { dueAt };
  }
  const { namespace, name } = registration;
  const ref = { apiVersion: kind.apiVersion, kind: kind.kind, namespace, name };
  const told = (message: string, at = dueAt): OrphanOutcome => ({
    decision: {
      state: 'Orphaned',
      code: 'EntityVanished',
      message,
      warnings: [],
      claim: registration.claim,
    },
    dueAt: at,
  });
  try {
    const there = await home.client.get(ref, { signal, metadataOnly: true });
    const from = there?.metadata.annotations?.[GitopsAnnotation.registration];
    if (!there || from !== registrationOf(registration)) {
      // Gone, or taken over by somebody else.
      return 'gone';
    }
    const claim = claimAbout(registration, config);
    const gone = `the catalog no longer has ${registration.entityRef} (${showLocation(registration.location)})`;
    if (claim?.deleteAfterMs === undefined || home.mode !== 'reconcile') {
      return told(
        `${gone}; the object stays and is reconciled until somebody deletes it or registers it again`,
      );
    }
    const deleteAt = (registration.missingSince ?? now) + claim.deleteAfterMs;
    if (deleteAt > now) {
      return told(
        `${gone}; its claim has it deleted at ${new Date(deleteAt).toISOString()}, unless it is registered again`,
        Math.min(deleteAt, dueAt),
      );
    }
    const leaving = await countLeaving(options, claim);
    if (leaving.orphans > MASS && leaving.orphans * 2 > leaving.all) {
      return told(
        `${gone}; its claim has it deleted by now, but ${leaving.orphans} of ${leaving.all} objects of the claim would go at once, so each is left to somebody to delete`,
      );
    }
    await home.client.delete(ref, {
      uid: there.metadata.uid,
      resourceVersion: there.metadata.resourceVersion,
      signal,
    });
    return told(
      `${gone}; ${formatObject(registration)} was deleted as its claim says, and goes once what it delivered is pruned`,
      now + 5_000,
    );
  } catch (error) {
    assertError(error);
    if (error instanceof KubernetesApiError && error.code === 'conflict') {
      return { dueAt: now + 1_000 };
    }
    return told(`it could not be looked after: ${error.message}`, dueAt);
  }
}

/** As `toHomeObject` wrote it. */
function registrationOf({ location, document }: Registration): string {
  return `${showLocation(location)}#${document}`;
}

function claimAbout(
  { location, home, namespace }: Registration,
  config: CatalogConfig,
): Claim | undefined {
  try {
    const file = fileLocationOf(parseLocationRef(location), config);
    return claimsFor(config.claims, file).find(
      claim => claim.home === home && claim.namespaces.includes(namespace),
    );
  } catch {
    return undefined;
  }
}

async function countLeaving(
  options: Parameters<typeof tendOrphan>[0],
  claim: Claim,
): Promise<{ orphans: number; all: number }> {
  const ofClaim = (await options.store.list()).filter(
    registration => claimAbout(registration, options.config) === claim,
  );
  return {
    orphans: ofClaim.filter(({ state }) => state === 'Orphaned').length,
    all: ofClaim.length,
  };
}
