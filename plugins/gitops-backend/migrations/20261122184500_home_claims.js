/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('gitops_home_claims', table => {
    table.comment(
      'The last renewals of the Lease of each home, by process: what the Lease names and this table does not was written by another portal',
    );
    table.text('home').notNullable();
    table.text('replica').notNullable().comment('One process of the portal');
    table.text('renewal').notNullable().comment('Random, also in the Lease');
    table.text('previous_renewal').nullable();
    table
      .bigInteger('renewed_at')
      .notNullable()
      .comment('ms since the epoch; 0 once the process has ended');
    table.primary(['home', 'replica']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('gitops_home_claims');
};
