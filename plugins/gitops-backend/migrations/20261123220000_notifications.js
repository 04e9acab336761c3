/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('gitops_events', table => {
    table.comment('Events that no Alert has been asked about yet');
    table.bigIncrements('seq');
    table.string('home', 253).notNullable();
    table.text('event').notNullable().comment('JSON, as Flux sends it');
    table.text('labels').notNullable().comment('JSON, of the object');
    table.bigInteger('at').notNullable().comment('Milliseconds');
  });
  await knex.schema.createTable('gitops_event_keys', table => {
    table.comment('Events that were passed on, so that a repeat is none');
    table.string('id', 64).primary().comment('Digest of home and event');
    table.bigInteger('at').notNullable().comment('Milliseconds');
    table.index(['at'], 'gitops_event_keys_at_idx');
  });
  await knex.schema.createTable('gitops_notifications', table => {
    table.comment('What is to be sent, was sent, or could not be');
    table.bigIncrements('id');
    table.string('home', 253).notNullable();
    table.string('namespace', 253).notNullable();
    table.string('provider', 253).notNullable();
    table.string('alert', 253).notNullable();
    table.string('alert_uid', 64).notNullable();
    table.string('object_id', 1024).notNullable();
    table.text('event').notNullable().comment('JSON, with merged metadata');
    table.string('state', 16).notNullable().comment('waiting, sent, dead');
    table.integer('attempts').notNullable().defaultTo(0);
    table.bigInteger('created_at').notNullable().comment('Milliseconds');
    table.bigInteger('due_at').notNullable().comment('Milliseconds');
    table.bigInteger('ended_at').nullable().comment('Milliseconds');
    table.string('claim_owner', 255).nullable();
    table.bigInteger('claim_until').nullable().comment('Milliseconds');
    table.text('error').nullable();
    table.index(
      ['state', 'home', 'namespace', 'provider', 'due_at'],
      'gitops_notifications_lane_idx',
    );
    table.index(
      ['home', 'namespace', 'alert', 'id'],
      'gitops_notifications_alert_idx',
    );
    table.index(['ended_at'], 'gitops_notifications_ended_idx');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('gitops_notifications');
  await knex.schema.dropTable('gitops_event_keys');
  await knex.schema.dropTable('gitops_events');
};
