/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('gitops_health_waits', table => {
    table
      .text('configs')
      .nullable()
      .comment(
        'Versions of the ConfigMaps and Secrets that it was delivered with',
      );
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('gitops_health_waits', table => {
    table.dropColumn('configs');
  });
};
