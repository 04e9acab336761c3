/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('gitops_registrations', table => {
    table.comment('Manifests that are registered in the catalog');
    table.text('entity_ref').primary();
    table
      .text('location')
      .notNullable()
      .comment('Location reference of the file, type:target');
    table.text('document').notNullable().comment('Its place in the file');
    table.text('digest').notNullable().comment('Of the manifest');
    table
      .text('findings')
      .nullable()
      .comment('JSON list of what the catalog found in the file');
    table.text('home').nullable();
    table.text('kind').notNullable();
    table.text('namespace').notNullable();
    table.text('name').notNullable();
    table
      .text('object_id')
      .nullable()
      .comment('home/Kind/namespace/name of the object');
    table
      .text('state')
      .nullable()
      .comment(
        'Applied, PendingApproval, Rejected, ManifestStale, Orphaned or Failed; null until decided',
      );
    table.text('code').nullable().comment('Why, in one word');
    table.text('message').nullable();
    table.text('warnings').nullable().comment('JSON list');
    table
      .text('claim')
      .nullable()
      .comment('JSON of the claim that admitted it');
    table.text('applied_digest').nullable();
    table.bigInteger('applied_at').nullable();
    table
      .text('policy')
      .nullable()
      .comment('Digest of the claims and homes that decided');
    table
      .bigInteger('revision')
      .notNullable()
      .comment('Grows when what is registered changes');
    table.integer('failures').notNullable().defaultTo(0);
    table.bigInteger('due_at').nullable();
    table.bigInteger('seen_at').notNullable();
    table
      .bigInteger('missing_since')
      .nullable()
      .comment('When the catalog first answered without it');
    table.bigInteger('created_at').notNullable();
    table.bigInteger('updated_at').notNullable();
    table.index(['object_id'], 'gitops_registrations_object_idx');
    table.index(['due_at'], 'gitops_registrations_due_idx');
    table.index(['state'], 'gitops_registrations_state_idx');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('gitops_registrations');
};
