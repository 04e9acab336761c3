/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('gitops_work', table => {
    table.comment('The work queue: one row per GitOps object');
    table
      .text('id')
      .primary()
      .comment('home/group/kind/namespace/name of the object');
    table.text('home').notNullable();
    table.text('controller').notNullable();
    table.text('api_group').notNullable();
    table.text('kind').notNullable();
    table.text('namespace').notNullable();
    table.text('name').notNullable();
    table
      .text('entity_ref')
      .nullable()
      .comment('The catalog entity that this object is tied to');
    table
      .bigInteger('due_at')
      .nullable()
      .comment('When it runs next, ms since the epoch; null: only when woken');
    table
      .bigInteger('wake_seq')
      .notNullable()
      .defaultTo(0)
      .comment('Grows with each wake, so that none is lost while it runs');
    table.bigInteger('claimed_wake_seq').notNullable().defaultTo(0);
    table.text('wake_reason').nullable();
    table
      .integer('failures')
      .notNullable()
      .defaultTo(0)
      .comment('Failed runs in a row, drives the backoff');
    table
      .integer('lost')
      .notNullable()
      .defaultTo(0)
      .comment('Leases in a row that ended without a result');
    table
      .bigInteger('fence')
      .notNullable()
      .defaultTo(0)
      .comment('Fencing token, grows with each claim');
    table.text('claim_owner').nullable();
    table.bigInteger('lease_until').nullable();
    table.bigInteger('last_started_at').nullable();
    table.bigInteger('last_finished_at').nullable();
    table.text('last_outcome').nullable();
    table.index(
      ['controller', 'claim_owner', 'home', 'namespace', 'due_at', 'id'],
      'gitops_work_line_idx',
    );
    table.index(['claim_owner', 'lease_until'], 'gitops_work_lease_idx');
    table.index(['home', 'kind'], 'gitops_work_home_kind_idx');
  });

  await knex.schema.createTable('gitops_history', table => {
    table.comment('What happened to each object, in the words of its events');
    table.bigIncrements('seq');
    table.text('object_id').notNullable();
    table.text('object_uid').nullable();
    table.bigInteger('at').notNullable();
    table.text('type').notNullable().comment('Normal, Warning or Trace');
    table.text('reason').notNullable();
    table.text('message').notNullable();
    table.text('revision').nullable();
    table.index(['object_id', 'seq'], 'gitops_history_object_idx');
    table.index(['at'], 'gitops_history_at_idx');
  });

  await knex.schema.createTable('gitops_artifacts', table => {
    table.comment('The artifact index: which object holds which artifact');
    table.text('object_id').notNullable();
    table.text('revision').notNullable();
    table.text('digest').notNullable();
    table.bigInteger('size').notNullable();
    table.text('metadata').nullable().comment('JSON string map');
    table.text('commit_message').nullable();
    table.text('commit_author').nullable();
    table.bigInteger('commit_time').nullable();
    table.bigInteger('created_at').notNullable();
    table.primary(['object_id', 'digest']);
    table.index(['digest'], 'gitops_artifacts_digest_idx');
  });

  await knex.schema.createTable('gitops_pending_inventory', table => {
    table.comment(
      'Written before a stage is applied: what may exist in the target although no inventory names it yet',
    );
    table.text('object_id').notNullable();
    table.text('entry_id').notNullable();
    table.text('entry_version').notNullable();
    table.bigInteger('fence').notNullable();
    table.bigInteger('written_at').notNullable();
    table.primary(['object_id', 'entry_id']);
  });

  await knex.schema.createTable('gitops_health_waits', table => {
    table.comment(
      'Objects that wait for the health of what they applied, without a worker',
    );
    table.text('object_id').primary();
    table.text('revision').notNullable();
    table.bigInteger('generation').notNullable();
    table.text('requested_at').nullable();
    table.text('targets').notNullable().comment('JSON list of references');
    table.boolean('changed').notNullable();
    table.text('build_digest').notNullable();
    table.bigInteger('started_at').notNullable();
    table.bigInteger('deadline').notNullable();
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('gitops_health_waits');
  await knex.schema.dropTable('gitops_pending_inventory');
  await knex.schema.dropTable('gitops_artifacts');
  await knex.schema.dropTable('gitops_history');
  await knex.schema.dropTable('gitops_work');
};
