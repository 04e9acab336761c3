/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('gitops_webhook_calls', table => {
    table.comment('Calls of webhooks that were taken');
    table.string('id', 64).primary().comment('Digest of Receiver and call');
    table.bigInteger('at').notNullable().comment('Milliseconds');
    table.index(['at'], 'gitops_webhook_calls_at_idx');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('gitops_webhook_calls');
};
