/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('gitops_image_pushes', table => {
    table.comment('Commits that ImageUpdateAutomations pushed');
    table.bigIncrements('seq');
    table.text('object_id').notNullable();
    table.bigInteger('at').notNullable().comment('Milliseconds');
    table.text('commit_hash').notNullable();
    table.text('branch').notNullable();
    table.text('message').notNullable();
    table.text('source_namespace').notNullable();
    table.text('source_name').notNullable();
    table.text('changes').notNullable().comment('JSON');
    table.text('pull_request').nullable().comment('JSON');
    table.index(['object_id', 'seq'], 'gitops_image_pushes_object_idx');
    table.index(['at'], 'gitops_image_pushes_at_idx');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('gitops_image_pushes');
};
