import { NotificationEvent } from '@backstage-gitops/plugin-gitops-node';
import { Knex } from 'knex';
import { createHash } from 'node:crypto';
import { groupOf } from './metadata';

const TABLE = 'gitops_event_keys';
/** Flux's `--rate-limit-interval` (notification-controller 1.8). */
const INTERVAL_MS = 5 * 60_000;

/** Which events were passed on lately, over all replicas: a repeat is dropped. */
export class EventKeys {
  /** Whether it is the first of its kind for five minutes. */
  async take(
    transaction: Knex.Transaction,
    home: string,
    event: NotificationEvent,
    at: number,
  ): Promise<boolean> {
    const id = keyOf(home, event);
    const taken = await transaction(TABLE)
      .insert({ id, at })
      .onConflict('id')
      .merge({ at })
      .where(`${TABLE}.at`, '<=', at - INTERVAL_MS)
      .returning('id');
    return taken.length > 0;
  }

  async expire(database: Knex, now: number): Promise<void> {
    await database(TABLE)
      .where('at', '<', now - INTERVAL_MS)
      .delete();
  }
}

/** Of the same parts as Flux's key: what is told again with them is not news. */
function keyOf(
  home: string,
  { involvedObject, message, metadata = {} }: NotificationEvent,
): string {
  const group = groupOf(involvedObject.apiVersion);
  const { kind, namespace, name } = involvedObject;
  const parts = ['originRevision', 'revision', 'token'].map(
    key => metadata[`${group}/${key}`] ?? null,
  );
  return createHash('sha256')
    .update(JSON.stringify([home, kind, namespace, name, message, ...parts]))
    .digest('hex');
}
