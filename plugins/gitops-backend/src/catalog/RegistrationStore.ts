import { Knex } from 'knex';
import { Claim } from '@backstage-gitops/plugin-gitops-node';
import {
  ObjectKey,
  stringifyObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { forEachChunk, Row, toNumber, toNumberOrNull } from '../database/rows';
import { isAbout } from './isAbout';
import {
  Decision,
  RegisteredManifest,
  Registration,
  RegistrationCode,
  RegistrationState,
} from './Registration';

const TABLE = 'gitops_registrations';

/** The registered manifests of all replicas, and the work to do on them. */
export class RegistrationStore {
  private readonly database: Knex;
  private readonly now: () => number;

  constructor(options: { database: Knex; now?: () => number }) {
    this.database = options.database;
    this.now = options.now ?? Date.now;
  }

  /** All of them, or those of some entities. */
  async list(filter?: {
    entityRefs?: readonly string[];
  }): Promise<Registration[]> {
    const query = this.database(TABLE).orderBy('entity_ref');
    const rows: Row[] = await (filter?.entityRefs
      ? query.whereIn('entity_ref', filter.entityRefs)
      : query);
    return rows.map(fromRow);
  }

  async get(entityRef: string): Promise<Registration | undefined> {
    const row: Row | undefined = await this.database(TABLE)
      .where({ entity_ref: entityRef })
      .first();
    return row && fromRow(row);
  }

  /** How many there are of each state; of none where nobody has decided yet. */
  async counts(): Promise<Map<RegistrationState | undefined, number>> {
    const rows: Row[] = await this.database(TABLE)
      .select('state')
      .count({ number: '*' })
      .groupBy('state');
    return new Map(
      rows.map(row => [
        row.state === null
          ? undefined
          : (String(row.state) as RegistrationState),
        toNumber(row.number),
      ]),
    );
  }

  /** Some of a state, the latest change first. */
  async ofState(
    state: RegistrationState,
    limit: number,
  ): Promise<Registration[]> {
    const rows: Row[] = await this.database(TABLE)
      .where({ state })
      .orderBy('updated_at', 'desc')
      .orderBy('entity_ref')
      .limit(limit);
    return rows.map(fromRow);
  }

  /** How many each claim has admitted. */
  async countsByClaim(): Promise<{ claim: Claim; number: number }[]> {
    const rows: Row[] = await this.database(TABLE)
      .select('claim')
      .whereNotNull('claim')
      .count({ number: '*' })
      .groupBy('claim');
    return rows.map(row => ({
      claim: JSON.parse(String(row.claim)) as Claim,
      number: toNumber(row.number),
    }));
  }

  /**
   * The ids of the objects that the catalog has from a file, whatever became of
   * it; light to read.
   */
  async objectIds(): Promise<Set<string>> {
    const rows: Row[] = await this.database(TABLE)
      .select('object_id')
      .whereNotNull('object_id')
      .where(query =>
        query.whereNull('state').orWhereNot({ state: 'Orphaned' }),
      );
    return new Set(rows.map(row => String(row.object_id)));
  }

  /** The registrations of an object; one, where names are injective. */
  async ofObject(key: ObjectKey): Promise<Registration[]> {
    const rows: Row[] = await this.database(TABLE)
      .where({ object_id: stringifyObjectKey(key) })
      .orderBy('entity_ref');
    return rows.map(fromRow);
  }

  /** Adds what the catalog has and nobody knows yet; due at once. */
  async add(manifest: RegisteredManifest, policy: string): Promise<void> {
    const now = this.now();
    await this.database(TABLE)
      .insert({
        entity_ref: manifest.entityRef,
        ...columnsOf(manifest),
        policy,
        revision: 1,
        failures: 0,
        due_at: now,
        seen_at: now,
        created_at: now,
        updated_at: now,
      })
      .onConflict('entity_ref')
      .ignore();
  }

  /**
   * Makes those of some files due at once; the files may be patterns.
   *
   * @returns how many
   */
  async wake(locations: readonly string[]): Promise<number> {
    if (locations.length === 0) {
      return 0;
    }
    const rows: Row[] = await this.database(TABLE).distinct('location');
    const files = rows
      .map(row => String(row.location))
      .filter(file => locations.some(location => isAbout(location, file)));
    let woken = 0;
    await forEachChunk(files, async chunk => {
      woken += await this.database(TABLE)
        .whereIn('location', chunk)
        .whereNotNull('due_at')
        .update({ due_at: this.now() });
    });
    return woken;
  }

  /** Takes over what changed in the catalog; due at once, also while it runs. */
  async change(
    known: Registration,
    manifest: RegisteredManifest,
    policy: string,
  ): Promise<void> {
    const now = this.now();
    await this.database(TABLE)
      .where({ entity_ref: known.entityRef, revision: known.revision })
      .update({
        ...columnsOf(manifest),
        policy,
        revision: known.revision + 1,
        failures: 0,
        // Registered again.
        ...(known.state === 'Orphaned' && {
          state: null,
          code: null,
          message: null,
        }),
        due_at: now,
        seen_at: now,
        missing_since: null,
      });
  }

  /** The catalog answered and did not have it. */
  async markMissing(entityRef: string): Promise<void> {
    await this.database(TABLE)
      .where({ entity_ref: entityRef })
      .whereNull('missing_since')
      .update({ missing_since: this.now() });
  }

  async markPresent(entityRef: string): Promise<void> {
    await this.database(TABLE)
      .where({ entity_ref: entityRef })
      .update({ missing_since: null, seen_at: this.now() });
  }

  /** Its object stays, and is looked after. */
  async orphan(known: Registration, message: string): Promise<boolean> {
    const updated = await this.database(TABLE)
      .where({ entity_ref: known.entityRef, revision: known.revision })
      .whereNotNull('missing_since')
      .update({
        state: 'Orphaned',
        code: 'EntityVanished',
        message,
        revision: known.revision + 1,
        due_at: this.now(),
        updated_at: this.now(),
      });
    return updated > 0;
  }

  /** Looks at one again later, as it is. */
  async postpone(known: Registration, dueAt: number): Promise<void> {
    await this.database(TABLE)
      .where({ entity_ref: known.entityRef, revision: known.revision })
      .update({ due_at: dueAt });
  }

  /** Forgets one, unless it was registered again meanwhile. */
  async remove(known: Registration): Promise<void> {
    await this.database(TABLE)
      .where({ entity_ref: known.entityRef, revision: known.revision })
      .delete();
  }

  /**
   * Claims due registrations for `leaseMs`: whoever takes one moves its due time,
   * so that it comes back where the process ends before its work does.
   */
  async claim(options: {
    limit: number;
    leaseMs: number;
  }): Promise<Registration[]> {
    const now = this.now();
    const rows: Row[] = await this.database(TABLE)
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .limit(options.limit);
    const claimed: Registration[] = [];
    for (const row of rows) {
      const taken = await this.database(TABLE)
        .where({
          entity_ref: row.entity_ref,
          revision: row.revision,
          due_at: row.due_at,
        })
        .update({ due_at: now + options.leaseMs });
      if (taken > 0) {
        claimed.push(fromRow(row));
      }
    }
    return claimed;
  }

  /**
   * Stores how an attempt ended. Where the registration changed meanwhile, it
   * is made due again instead: what was applied may be older than what is
   * registered.
   */
  async finish(
    known: Registration,
    decision: Decision,
    next: { dueAt: number | null; failures: number },
  ): Promise<boolean> {
    const now = this.now();
    const applied = decision.state === 'Applied';
    const isAsBefore =
      known.state === decision.state && known.code === decision.code;
    const updated = await this.database(TABLE)
      .where({ entity_ref: known.entityRef, revision: known.revision })
      .update({
        state: decision.state,
        code: decision.code ?? null,
        message: decision.message ?? null,
        warnings: JSON.stringify(decision.warnings),
        claim: decision.claim ? JSON.stringify(decision.claim) : null,
        ...(applied && { applied_digest: known.digest, applied_at: now }),
        due_at: next.dueAt,
        failures: next.failures,
        ...(!isAsBefore && { updated_at: now }),
      });
    if (updated === 0) {
      await this.database(TABLE)
        .where({ entity_ref: known.entityRef })
        .whereNot({ state: 'Orphaned' })
        .update({ due_at: now });
    }
    return updated > 0;
  }
}

function columnsOf(manifest: RegisteredManifest): Row {
  return {
    location: manifest.location,
    document: manifest.document,
    digest: manifest.digest,
    findings:
      manifest.findings.length > 0 ? JSON.stringify(manifest.findings) : null,
    home: manifest.home ?? null,
    kind: manifest.kind,
    namespace: manifest.namespace,
    name: manifest.name,
    owner: manifest.owner ?? null,
    object_id: objectIdOf(manifest) ?? null,
  };
}

function objectIdOf(manifest: RegisteredManifest): string | undefined {
  const { home, kind, namespace, name } = manifest;
  return home && stringifyObjectKey({ home, kind, namespace, name });
}

function fromRow(row: Row): Registration {
  const text = (value: unknown) =>
    value === null || value === undefined ? undefined : String(value);
  const json = <T>(value: unknown, fallback: T): T =>
    typeof value === 'string' ? (JSON.parse(value) as T) : fallback;
  return {
    entityRef: String(row.entity_ref),
    location: String(row.location),
    document: String(row.document),
    digest: String(row.digest),
    findings: json(row.findings, []),
    home: text(row.home),
    kind: String(row.kind),
    namespace: String(row.namespace),
    name: String(row.name),
    owner: text(row.owner),
    objectId: text(row.object_id),
    state: text(row.state) as RegistrationState | undefined,
    code: text(row.code) as RegistrationCode | undefined,
    message: text(row.message),
    warnings: json(row.warnings, []),
    claim: json(row.claim, undefined),
    appliedDigest: text(row.applied_digest),
    appliedAt: toNumberOrNull(row.applied_at),
    policy: text(row.policy),
    revision: toNumber(row.revision),
    failures: toNumber(row.failures),
    dueAt: toNumberOrNull(row.due_at),
    missingSince: toNumberOrNull(row.missing_since),
    updatedAt: toNumber(row.updated_at),
  };
}
