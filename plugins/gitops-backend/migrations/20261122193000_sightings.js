/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('gitops_sightings', table => {
    table.comment(
      'When parts of the portal that may run elsewhere were heard last, for the doctor',
    );
    table.text('who').primary();
    table.bigInteger('at').notNullable().comment('ms since the epoch');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('gitops_sightings');
};
