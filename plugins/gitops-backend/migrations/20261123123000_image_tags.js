/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('gitops_image_tags', table => {
    table.comment(
      'What the last scan of an ImageRepository found, in descending order, some hundred tags a row',
    );
    table.text('object_id').notNullable();
    table.integer('number').notNullable().comment('From 0 on');
    table.text('image').notNullable().comment('Canonical name');
    table.text('first_tag').notNullable().comment('Greatest of the row');
    table.text('last_tag').notNullable();
    table.text('tags').notNullable().comment('A line each');
    table.primary(['object_id', 'number']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('gitops_image_tags');
};
