import { Knex } from 'knex';

/**
 * The ids of the items to claim next, as a subquery. Namespaces take turns: an
 * item's turn is its place in the line of its namespace, behind what that
 * namespace has running already. Only the head of each line is read, so that a
 * long line costs no more than a short one.
 */
export function claimableItems(options: {
  controller: string;
  limit: number;
  /** Only items of these; of all without it. */
  homes?: readonly string[];
  /** Milliseconds since the epoch. */
  now: number;
  /** Whether rows are locked one by one (PostgreSQL). */
  lock: boolean;
}): { sql: string; bindings: Knex.RawBinding[] } {
  const { controller, limit, now, lock, homes } = options;
  const namespaces = `
    SELECT DISTINCT home, namespace FROM gitops_work
    WHERE controller = ? AND claim_owner IS NULL AND due_at <= ?
    ${homes ? `AND home IN (${homes.map(() => '?').join(', ')})` : ''}`;
  const head = `
    SELECT item.id, item.due_at FROM gitops_work item
    WHERE item.controller = ? AND item.claim_owner IS NULL
      AND item.home = line.home AND item.namespace = line.namespace
      AND item.due_at <= ?
    ORDER BY item.due_at, item.id LIMIT ?`;
  const heads = lock
    ? `SELECT line.home, line.namespace, item.id, item.due_at
       FROM (${namespaces}) line CROSS JOIN LATERAL (${head}) item`
    : `SELECT line.home, line.namespace, item.id, item.due_at
       FROM (${namespaces}) line JOIN gitops_work item
         ON item.id IN (SELECT id FROM (${head}))`;
  const turns = `
    SELECT head.id, head.due_at,
           ROW_NUMBER() OVER (
             PARTITION BY head.home, head.namespace
             ORDER BY head.due_at, head.id
           ) + COALESCE(busy.running, 0) AS turn
    FROM (${heads}) head
    LEFT JOIN (
      SELECT home, namespace, COUNT(*) AS running FROM gitops_work
      WHERE controller = ? AND claim_owner IS NOT NULL
      GROUP BY home, namespace
    ) busy ON busy.home = head.home AND busy.namespace = head.namespace`;
  const bindings: Knex.RawBinding[] = [
    controller,
    now,
    ...(homes ?? []),
    controller,
    now,
    // Processes that claim at the same moment read the same heads: there is
    // more in them than one process takes, so that none goes away empty-handed.
    lock ? limit * 4 : limit,
    controller,
  ];
  if (!lock) {
    return {
      sql: `SELECT id FROM (${turns}) ORDER BY turn, due_at, id LIMIT ?`,
      bindings: [...bindings, limit],
    };
  }
  return {
    sql: `
      SELECT item.id FROM gitops_work item
      JOIN (${turns}) candidate ON candidate.id = item.id
      WHERE item.claim_owner IS NULL AND item.due_at <= ?
      ORDER BY candidate.turn, candidate.due_at, candidate.id
      LIMIT ? FOR UPDATE OF item SKIP LOCKED`,
    bindings: [...bindings, now, limit],
  };
}
