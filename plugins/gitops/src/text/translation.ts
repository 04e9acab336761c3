import { createTranslationRef } from '@backstage/frontend-plugin-api';

/**
 * The texts of the pages, the entity tab and the card.
 *
 * @public
 */
export const gitopsTranslationRef = createTranslationRef({
  id: 'plugin.gitops',
  messages: {
    title: 'GitOps',
    list: {
      allFine_one: 'The only object is Ready',
      allFine_other: 'All {{count}} objects are Ready',
      noneNeeds_one: 'The only object needs no attention',
      noneNeeds_other: 'None of {{count}} objects needs attention',
      needs_one: '{{count}} of {{total}} objects needs attention',
      needs_other: '{{count}} of {{total}} objects need attention',
      onlyNeeds: 'The only object needs attention',
      loading: 'Loading the objects',
      failed: 'The list of objects could not be read',
      empty: 'No GitOps objects yet',
      emptyText:
        'Objects show up here as soon as a home cluster has them, or once a manifest of a GitRepository, Kustomization, HelmRelease or another Flux kind is registered in the catalog.',
      register: 'Register a manifest',
      nothingMatches: 'No object matches the filters',
      clear: 'Clear filters',
      nothingMatchesText:
        'Objects that you may not see are not counted either.',
      replacedHome: 'Home {{home}} is another cluster than it was',
      replacedHomeText:
        'Its namespace kube-system has the UID {{is}} and had {{was}}. Nothing is pruned there until clusterUid of the home in app-config is {{is}}.',
      unseenHomeText:
        'It had the UID {{was}}, and which one it has cannot be seen. Nothing is pruned there until the portal’s credential may get the namespace kube-system.',
      silentHomes: 'No answer from {{homes}}',
      silentHomesText:
        'What you see of it is what it said last. It updates by itself once it answers.',
    },
    unapplied: {
      title_one: '{{count}} registered manifest is not applied',
      title_other: '{{count}} registered manifests are not applied',
      show: 'Show them',
      hide: 'Hide them',
      more: 'Show more',
    },
    catalogErrors: {
      title_one: '{{count}} registered file has an error',
      title_other: '{{count}} registered files have errors',
    },
    location: {
      headline: 'Manifests of this location',
      failed: 'What this location registers could not be read',
      loading: 'Loading what this location registers',
      empty: 'No GitOps manifests here',
      emptyText:
        'The catalog found no Flux object in the files of this location. A change in Git shows here once the catalog has read the file again, or when you refresh the entity.',
      document_one: '{{count}} registered manifest',
      document_other: '{{count}} registered manifests',
    },
    object: {
      status: 'Status',
      kind: 'Kind',
      namespace: 'Namespace',
      home: 'Home',
      summary: 'Summary',
      inventory: 'Inventory',
      events: 'Events',
      conditions: 'Conditions',
      failed: 'The object could not be read',
      loading: 'Loading the object',
      notFound: 'No {{kind}} {{name}} here',
      notFoundText:
        'There is none in namespace {{namespace}} of home {{home}}, or you may not see it. It may have been deleted or pruned.',
      all: 'All objects',
      sections: 'Details',
    },
    entity: {
      headline: 'What delivers {{name}}',
      emptyComponent: 'Nothing delivers {{name}} yet',
      emptyComponentText:
        'A delivery belongs to this Component when the objects it applies carry the label below, or when it is annotated with the Component itself.',
      emptyObject: 'This manifest is not in a home cluster',
      emptyObjectText:
        'It is registered, but no home has the object. Either no claim in app-config admits its location yet, or the home refused it.',
      failed: 'What delivers {{name}} could not be read',
      all: 'Show all objects',
    },
    card: {
      title: 'GitOps',
      more: 'Details',
      others_one: 'and {{count}} more',
      others_other: 'and {{count}} more',
      empty: 'Nothing delivers this yet.',
      failed: 'The state could not be read.',
      retry: 'Try again',
    },
  },
});
