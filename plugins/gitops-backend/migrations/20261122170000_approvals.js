/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('gitops_approvals', table => {
    table.comment('What people decided about manifests that no claim is about');
    table.text('entity_ref').primary();
    table.text('decision').notNullable().comment('approved or rejected');
    table
      .text('location')
      .notNullable()
      .comment('The file that it is about, without user and password');
    table.text('digest').notNullable().comment('Of the manifest as it was');
    table.text('home').notNullable();
    table.text('service_account').nullable();
    table.text('source_hosts').nullable().comment('JSON list');
    table.text('actor').notNullable();
    table.text('reason').nullable();
    table.bigInteger('decided_at').notNullable();
  });
  await knex.schema.alterTable('gitops_registrations', table => {
    table
      .text('owner')
      .nullable()
      .comment('Whom the manifest itself names; unchecked');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('gitops_registrations', table => {
    table.dropColumn('owner');
  });
  await knex.schema.dropTable('gitops_approvals');
};
