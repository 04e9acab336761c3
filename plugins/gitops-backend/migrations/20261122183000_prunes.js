/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('gitops_held_prunes', table => {
    table.comment(
      'What a held prune would delete, to be shown; that it is held is said by the object itself',
    );
    table.text('object_id').primary();
    table.text('object_uid').notNullable();
    table.text('digest').notNullable().comment('Names the set of entries');
    table.text('reason').notNullable();
    table.integer('total').notNullable().comment('Size of the inventory');
    table.text('entries').notNullable().comment('JSON list');
    table.bigInteger('held_at').notNullable();
  });
  await knex.schema.createTable('gitops_home_pins', table => {
    table.comment('Which cluster a home was when it was first seen');
    table.text('home').primary();
    table
      .text('cluster_uid')
      .notNullable()
      .comment('UID of the namespace kube-system');
    table.bigInteger('pinned_at').notNullable();
  });
  await knex.schema.alterTable('gitops_pending_inventory', table => {
    table
      .text('object_uid')
      .notNullable()
      .defaultTo('')
      .comment('An object made anew, or in another cluster, has another one');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('gitops_pending_inventory', table => {
    table.dropColumn('object_uid');
  });
  await knex.schema.dropTable('gitops_home_pins');
  await knex.schema.dropTable('gitops_held_prunes');
};
