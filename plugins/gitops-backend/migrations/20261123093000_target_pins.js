/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('gitops_target_pins', table => {
    table.comment(
      'Which cluster a delivery with spec.kubeConfig was last applied to',
    );
    table.text('object_id').primary();
    table.text('object_uid').notNullable();
    table
      .text('cluster_uid')
      .notNullable()
      .comment('UID of the namespace kube-system');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('gitops_target_pins');
};
