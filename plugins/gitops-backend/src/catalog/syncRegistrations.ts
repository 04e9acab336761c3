import { jsonEquals } from '../engine/reconcile/mergePatch';
import { CatalogEntities } from './CatalogEntities';
import { RegisteredManifest, Registration } from './Registration';
import { RegistrationStore } from './RegistrationStore';
import { showLocation } from './showLocation';

/**
 * Takes over what the catalog has. It deletes nothing: what the catalog does not
 * name is only marked, and becomes `Orphaned` once the catalog has answered
 * without it for a while and says so when asked for it by name. Fails, with
 * nothing changed, where the catalog does not answer.
 *
 * @returns the registrations that were orphaned
 */
export async function syncRegistrations(options: {
  entities: CatalogEntities;
  store: RegistrationStore;
  policy: string;
  orphanAfterMs: number;
  now: () => number;
}): Promise<Registration[]> {
  const { entities, store, policy, orphanAfterMs, now } = options;
  const manifests = await entities.list();
  const known = new Map(
    (await store.list()).map(registration => [
      registration.entityRef,
      registration,
    ]),
  );
  for (const manifest of manifests) {
    const registration = known.get(manifest.entityRef);
    known.delete(manifest.entityRef);
    if (!registration) {
      await store.add(manifest, policy);
    } else if (
      registration.state === 'Orphaned' ||
      registration.policy !== policy ||
      isChanged(registration, manifest)
    ) {
      await store.change(registration, manifest, policy);
    } else if (registration.missingSince !== null) {
      await store.markPresent(manifest.entityRef);
    }
  }

  const overdue: Registration[] = [];
  for (const registration of known.values()) {
    if (registration.state === 'Orphaned') {
      continue;
    }
    if (registration.missingSince === null) {
      await store.markMissing(registration.entityRef);
      if (orphanAfterMs > 0) {
        continue;
      }
    }
    if (now() - (registration.missingSince ?? now()) >= orphanAfterMs) {
      overdue.push(registration);
    }
  }
  const absent = new Set(
    await entities.absent(overdue.map(({ entityRef }) => entityRef)),
  );
  const orphaned: Registration[] = [];
  for (const registration of overdue) {
    if (!absent.has(registration.entityRef)) {
      continue;
    }
    const message = `the catalog no longer has ${registration.entityRef} (${showLocation(registration.location)}); the object stays and is reconciled until somebody deletes it or registers it again`;
    if (await store.orphan(registration, message)) {
      orphaned.push({ ...registration, state: 'Orphaned', message });
    }
  }
  return orphaned;
}

const FIELDS = [
  'location',
  'document',
  'digest',
  'findings',
  'home',
  'kind',
  'namespace',
  'name',
  'owner',
] as const satisfies readonly (keyof RegisteredManifest)[];

function isChanged(
  registration: Registration,
  manifest: RegisteredManifest,
): boolean {
  return FIELDS.some(
    field => !jsonEquals(registration[field], manifest[field]),
  );
}
