/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('gitops_catalog_errors', table => {
    table.comment('What the catalog could not take of registered files');
    table.text('entity_ref').notNullable();
    table
      .text('location')
      .notNullable()
      .comment('Location reference of the file, without user and password');
    table.text('code').notNullable();
    table.text('message').notNullable();
    table.bigInteger('first_seen_at').notNullable();
    table.bigInteger('last_seen_at').notNullable();
    table.bigInteger('expires_at').notNullable();
    table.primary(['entity_ref', 'location']);
    table.index(['expires_at'], 'gitops_catalog_errors_expires_idx');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('gitops_catalog_errors');
};
