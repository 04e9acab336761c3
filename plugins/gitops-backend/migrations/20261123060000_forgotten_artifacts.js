/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('gitops_artifacts', table => {
    table
      .bigInteger('forgotten_since')
      .nullable()
      .comment(
        'Since when the queue does not know the object, ms since the epoch',
      );
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('gitops_artifacts', table => {
    table.dropColumn('forgotten_since');
  });
};
