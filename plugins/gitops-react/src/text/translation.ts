import { createTranslationRef } from '@backstage/frontend-plugin-api';

/**
 * The texts of this package's components.
 *
 * @public
 */
export const gitopsReactTranslationRef = createTranslationRef({
  id: 'plugin.gitops-react',
  messages: {
    status: {
      Ready: 'Ready',
      Progressing: 'Progressing',
      Waiting: 'Waiting',
      Drifted: 'Drifted',
      Failed: 'Failed',
      Suspended: 'Suspended',
      Unknown: 'Unknown',
    },
    time: {
      in: 'in {{duration}}',
      due: 'now',
      never: 'never',
    },
    live: {
      live: 'Live',
      polling: 'Every 2 s',
      offline: 'Offline',
      liveHint: 'Changes show here as they happen.',
      pollingHint: 'No signals arrive; changes show here within two seconds.',
      offlineHint: 'What you see is from {{time}}. Trying again.',
    },
    error: {
      title: 'This could not be read',
      where: 'Where',
      since: 'Since',
      attempts: 'Attempts',
      nextTry: 'Next try',
      whatToDo: 'What to do',
      details: 'Details',
      tryAgain: 'Try again',
      code: 'Code',
      status: 'HTTP status',
      noRetry: 'not by itself',
    },
    advice: {
      unreachable:
        'The portal’s backend does not answer. Check your connection; if others see this too, the backend is down.',
      unavailable:
        'The home cluster does not answer the portal. Its administrators can see why under the homes of the plugin.',
      notFound:
        'It may have been deleted or renamed, or you may not see it. Look for it in the list of all objects.',
      conflict: 'Somebody else changed it at the same time. Try again.',
      suspended: 'Resume it first; a suspended object is not reconciled.',
      notSupported: 'This kind of object has nothing to reconcile.',
      homeRefused:
        'The cluster’s own rules refuse it. The details say which; its administrators can change them.',
      signIn: 'Sign in again; your session may have ended.',
      other:
        'If it stays, hand the details to the administrators of the portal.',
    },
    forbidden: {
      title: 'You may not see this',
      text: 'It needs the permission {{permission}}.',
      who: 'Whoever administers the permission policy of this portal can grant it.',
    },
    failure: {
      title: '{{reason}}: the last attempt failed',
      titleNoReason: 'The last attempt failed',
      waitingTitle: 'Waiting for something else',
      BuildFailed:
        'Run kustomize build on the path of the Kustomization; the message names the file.',
      ArtifactFailed:
        'What the message names is not in the artifact of the source. Correct spec.path, or look at the source.',
      GitOperationFailed:
        'Check URL, branch and credentials of the source; the message is what the server said.',
      AuthenticationFailed:
        'The credentials in the source’s secretRef are missing or refused.',
      HealthCheckFailed:
        'What was applied did not become healthy in time. Look at the named objects in the cluster.',
      PruneFailed:
        'Something that left the source could not be deleted. The message names it.',
      ReconciliationFailed:
        'The cluster refused an object. The message names it and the field.',
      DependencyNotReady:
        'It starts by itself as soon as what it depends on is Ready.',
      InvalidSpec: 'Correct the manifest in Git; the message names the field.',
      AccessDenied:
        'A rule of this portal forbids the reference. The message names it.',
      other:
        'It is tried again by itself. The message says what the next change must be.',
      otherStalled:
        'It is not tried again before something changes. The message says what the change must be.',
      RetriesExceeded:
        'No attempt is left. Correct what the message names; to try again as it is, run flux reconcile helmrelease with --reset.',
      InstallFailed:
        'Correct the chart or the values by what the message names. A failed test or hook has its logs in the events.',
      UpgradeFailed:
        'Correct the chart or the values by what the message names. A failed test or hook has its logs in the events.',
      TestFailed:
        'Look at the logs of the test in the events. spec.test.ignoreFailures lets releases with failed tests pass.',
      ValuesError:
        'Correct spec.valuesFrom, or what it names; values have to be a map.',
    },
    warnings: {
      title_one: '{{count}} warning',
      title_other: '{{count}} warnings',
      errorsTitle_one: '{{count}} error in the manifest',
      errorsTitle_other: '{{count}} errors in the manifest',
      fromCatalog: 'as registered',
    },
    home: {
      disconnected: 'The home {{home}} does not answer',
      disconnectedText:
        'What you see is what it said last. It updates by itself once the home is back.',
    },
    stale: {
      title: 'This may be out of date',
      text: 'The portal does not answer; what you see is from {{time}}.',
    },
    actions: {
      label: 'Actions',
      reconcile: 'Reconcile',
      reconcileWithSource: 'Reconcile with source',
      more: 'More ways to reconcile',
      suspend: 'Suspend',
      resume: 'Resume',
      cancel: 'Cancel',
      reason: 'Reason',
      reasonHint: 'Shown to everybody who looks at this object. Optional.',
      suspendTitle: 'Suspend {{object}}?',
      suspendText:
        'Nothing is applied, corrected or pruned until somebody resumes it. What runs in the cluster stays as it is.',
      needsPermission: '{{action}} needs the permission {{permission}}.',
      suspendedFirst: 'Suspended: resume it first.',
      reconcileAsked: 'A reconcile was asked for.',
      suspendAsked: 'Reconciling is suspended.',
      resumeAsked: 'Reconciling resumes.',
      failed: '{{action}} did not happen',
      dismiss: 'Dismiss',
    },
    suspension: {
      by: 'Suspended by {{actor}}',
      plain: 'Suspended',
      noReason: 'No reason was given.',
    },
    registration: {
      document: 'document {{document}}',
      appliedAt: 'Applied before',
      admittedBy: 'Claim',
      claim: 'The claim that would admit it, for app-config',
      wholeHost:
        'The address does not tell repository and ref, so this claim is about every file of the host. Register the file by the address of its Git host to narrow it.',
      serviceAccount:
        'Its home applies nothing without a ServiceAccount: name one of namespace {{namespace}} that may do what the manifest asks for.',
      copy: 'Copy',
      copied: 'Copied',
      applied: 'Applied',
    },
    approval: {
      label: 'Decision',
      approve: 'Approve',
      reject: 'Reject',
      approveTitle: 'Approve {{object}}?',
      approveText:
        'It is applied to namespace {{namespace}} of home {{home}}, and so is every later edit of this file. It may fetch only from the host that it names now.',
      rejectTitle: 'Reject {{object}}?',
      rejectText:
        'It is not applied until somebody edits it. What was applied before stays.',
      serviceAccount: 'ServiceAccount',
      serviceAccountNeeded:
        'Of namespace {{namespace}}. It applies the manifest, and what the manifest delivers; it needs the rights for both.',
      serviceAccountHint:
        'Of namespace {{namespace}}. Optional: without one it is applied as the home says.',
      reasonHint: 'Kept with the decision. Optional.',
      reasonNeeded: 'Shown to whoever registered it.',
      failed: 'The decision was not taken',
      by: 'Decided by',
      approved: 'approved',
      rejected: 'rejected',
    },
    deletion: {
      ask: 'Delete…',
      title: 'Delete {{object}}?',
      text: 'It is deleted from home {{home}}, and what it delivered goes with it, as its deletion policy says. This cannot be undone.',
      inventory_one: 'It has delivered {{count}} object.',
      inventory_other: 'It has delivered {{count}} objects.',
      confirm: 'Type {{name}} to confirm',
      delete: 'Delete',
      failed: 'It was not deleted',
    },
    heldPrune: {
      massPrune: '{{stale}} of {{total}} objects left the source and are held',
      emptied: 'The source is empty: all {{total}} objects are held',
      deletesOwner:
        'This delivery itself left the source: {{stale}} of {{total}} objects are held',
      targetReplaced:
        'The target is another cluster than before: {{stale}} of {{total}} objects are held',
      homeReplaced: 'Home {{home}} is another cluster: nothing is pruned there',
      text: 'All else is applied. What is listed here stays until somebody approves that it is deleted. If it left the source by mistake, bring it back there: the hold ends by itself.',
      homeText:
        'Whoever administers the portal confirms the cluster by clusterUid of the home in app-config. Until then what is listed here stays.',
      show_one: 'Show the {{count}} object',
      show_other: 'Show the {{count}} objects',
      first: 'The first {{shown}} are listed.',
      byHand: 'Without the portal: annotate the object with',
      ask: 'Approve deletion…',
      needsPermission: 'Approving needs the permission {{permission}}.',
      title_one: 'Delete {{count}} object?',
      title_other: 'Delete {{count}} objects?',
      warning:
        'They are deleted from home {{home}}, and what they hold goes with them. This cannot be undone. If what left the source changes before that, it is held again.',
      confirm: 'Type {{name}} to confirm',
      approve: 'Delete them',
      approved: 'The deletion was approved.',
      failed: 'It was not approved',
    },
    catalogError: {
      LocationUnreadable: 'The file cannot be read',
      FileRejected: 'The file is not taken',
      EntityRejected: 'One document is not taken',
      NameTaken: 'The name is taken',
      lastSeen: 'Last seen',
    },
    registrationTitle: {
      refused: 'The manifest was refused',
      changeRefused:
        'The manifest changed and the change was refused; the last good one stays',
      elsewhere: 'Git delivers this object already',
      unreadable: 'The file could not be read',
      homeFailed: 'The home could not take the manifest',
      failed: 'The manifest could not be delivered',
      changeNotTaken:
        'The file changed and the catalog has not taken the change; the last good one stays',
      notTaken: 'The catalog does not take the file any more',
      stale: 'The file does not hold what the catalog took',
      pending: 'Waits for approval',
      orphaned: 'No longer registered; the object stays',
      new: 'Registered just now',
      applied: 'Applied, and its home does not have it any more',
    },
    table: {
      status: 'Status',
      name: 'Name',
      home: 'Home',
      source: 'Source',
      revision: 'Revision',
      changed: 'Changed',
      nextRun: 'Next run',
      range: '{{shown}} of {{total}}',
    },
    filters: {
      label: 'Filters',
      search: 'Search',
      searchHint: 'Kind, namespace, name, source or revision',
      home: 'Home',
      kind: 'Kind',
      namespace: 'Namespace',
      status: 'Status',
      any: 'Any',
      clear: 'Clear filters',
      statusCount: '{{word}}, {{number}}',
    },
    inventory: {
      label: 'Inventory',
      kind: 'Kind',
      name: 'Name',
      namespace: 'Namespace',
      apiVersion: 'API version',
      clusterScoped: 'cluster',
      filter: 'Filter',
      empty: 'Nothing is applied',
      emptyText:
        'The inventory lists what this object holds in the cluster. It fills with the first successful run.',
      noMatch: 'Nothing matches the filter',
      count_one: '{{count}} object',
      count_other: '{{count}} objects',
    },
    events: {
      label: 'Events',
      empty: 'No events yet',
      emptyText: 'The portal keeps what happens from now on.',
      warning: 'Warning',
      normal: 'Normal',
      more: 'Show more',
    },
    tags: {
      label: 'Tags',
      tag: 'Tag',
      key: 'Compared as',
      why: 'What the policy makes of it',
      search: 'Part of a tag',
      verdicts: 'What the policy makes of tags',
      first: 'First in the order of the policy',
      of_one: '{{count}} tag of {{image}}',
      of_other: '{{count}} tags of {{image}}',
      scanned: 'scanned',
      noneChosen: 'No tag is chosen',
      noMatch: 'No tag matches.',
      empty: 'No tags yet',
      emptyText:
        'The image was not scanned yet, or all of its tags are on the exclusion list.',
      verdict: {
        chosen: 'Chosen',
        behind: 'Another comes first',
        'out-of-range': 'Out of range',
        'not-a-version': 'No version to compare',
        filtered: 'The pattern does not match',
      },
    },
    notifications: {
      label: 'Notifications',
      states: 'What became of them',
      state: { dead: 'Given up', waiting: 'Waiting', sent: 'Sent' },
      empty: 'Nothing was sent yet',
      emptyText:
        'What happens to the objects of an Alert is sent by its Provider, and shows here.',
      attempts_one: '{{count}} attempt',
      attempts_other: '{{count}} attempts',
      next: 'again',
      resend_one: 'Send it again',
      resend_other: 'Send {{count}} again',
      resendFailed: 'They were not sent again',
      test: 'Send a test',
      tested: 'Provider {{provider}} took the test',
      testFailed: 'The test was not sent',
    },
    updates: {
      label: 'Commits',
      latest: 'Latest image update',
      steps: 'From the tag to the cluster',
      empty: 'Nothing was committed yet',
      emptyText:
        'As soon as a policy chooses another image than the marked ones in Git, the commit shows here, and what becomes of it.',
      chosen: 'Chosen',
      committed: 'Committed',
      pullRequest: 'Pull request',
      fetched: 'Fetched',
      notFetched: 'Not fetched yet',
      notFollowed: 'Not delivered from there',
      notFollowedText: 'The source does not follow the branch {{branch}}.',
      delivery: {
        delivered: 'Delivered',
        superseded: 'Delivered with a later commit',
        failed: 'Not delivered',
        running: 'Being delivered',
        waiting: 'Not delivered yet',
      },
      state: {
        done: 'done',
        failed: 'failed',
        running: 'running',
        waiting: 'waiting',
      },
      changes_one: '{{count}} changed value',
      changes_other: '{{count}} changed values',
    },
    preview: {
      title: 'What would a run commit?',
      text: 'The portal looks at the repository as a run would, and shows the difference. Nothing is pushed.',
      show: 'Show the difference',
      again: 'Look again',
      failed: 'What a run would do cannot be told',
      nothing:
        'Nothing would change: all marked images are as their policies want them.',
      branch: 'To the branch {{branch}}',
      from: 'on top of',
      masked: 'values of Secrets are hidden',
      hidden:
        'The file holds a Secret that cannot be taken apart, so nothing of it is shown.',
      diff: 'Difference in {{path}}',
      unreadable: '{{path}} cannot be read and stays as it is',
    },
    history: {
      label: 'History',
      empty: 'Nothing was delivered yet',
      emptyText: 'What was built, or released, and how it ended shows here.',
      run_one: '{{count}} run since',
      run_other: '{{count}} runs since',
      duration: 'took {{duration}}',
      lastDuration: 'the last one took {{duration}}',
      revision: 'Revision {{version}}',
      status: '{{status}} ({{action}})',
      chart: 'Chart {{chart}} {{version}}',
      app: 'app {{version}}',
      release: 'Release {{name}} in {{namespace}}',
      tests: 'Tests',
      test: 'Test {{name}}: {{phase}}',
      notRun: 'not run',
    },
    conditions: {
      label: 'Conditions',
      empty: 'No conditions yet',
      emptyText: 'Nobody has looked at this object yet.',
      behind:
        'speaks of generation {{observed}}, the object is at {{generation}}',
      True: 'True',
      False: 'False',
      Unknown: 'Unknown',
    },
    object: {
      revision: 'Revision',
      applied: 'Applied',
      fetched: 'Fetched',
      interval: 'Interval',
      nextRun: 'Next run',
      lastRun: 'Last run',
      running: 'running now',
      onWake: 'when something changes',
      suspended: 'suspended',
      notReconciled: 'not by this portal',
      owner: 'Owner',
      entity: 'Entity',
      home: 'Home',
      namespace: 'Namespace',
      delivers: 'What delivers it',
      notFound: 'not found',
      dependsOn: 'Depends on',
      loading: 'Loading',
    },
  },
});
