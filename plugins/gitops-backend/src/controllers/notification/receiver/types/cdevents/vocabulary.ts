import { z } from 'zod';

/** Any text. */
const text = z.string();
/** A text that says something. */
const name = z.string().min(1);
/** A subject elsewhere. */
const reference = z.strictObject({ id: name, source: name.optional() });
/** As {@link reference}, where nothing is asked of its source. */
const run = z.strictObject({ id: name, source: text.optional() });
const sbom = z.strictObject({ uri: name });
const outcome = z.enum(['pass', 'fail', 'cancel', 'error']);
const severity = z.enum(['low', 'medium', 'high', 'critical']);

const inRepository = z.strictObject({ repository: reference.optional() });
const nothing = z.strictObject({});
const artifactOf = z.strictObject({ user: name.optional() });
const environment = z.strictObject({
  name: text.optional(),
  url: text.optional(),
});
const incident = z.strictObject({
  ...{ environment: reference, description: text.optional() },
  ...{ service: reference.optional(), artifactId: name.optional() },
});
const pipelineRun = { pipelineName: text.optional(), url: text.optional() };
const repository = z.strictObject({
  ...{ name: text.optional(), owner: text.optional() },
  ...{ url: text.optional(), viewUrl: text.optional() },
});
const deployed = z.strictObject({ environment: reference, artifactId: name });
const published = z.strictObject({ environment: reference.optional() });
const taskRun = {
  ...{ taskName: text.optional(), url: text.optional() },
  pipelineRun: reference.optional(),
};
const ended = { outcome: text.optional(), errors: text.optional() };

const trigger = z.strictObject({
  type: z.enum(['manual', 'pipeline', 'event', 'schedule', 'other']).optional(),
  uri: text.optional(),
});
const testCase = z.strictObject({
  ...{ id: name, version: text.optional(), name: text.optional() },
  type: z
    .enum([
      ...(['performance', 'functional', 'unit', 'security'] as const),
      ...(['compliance', 'integration', 'e2e', 'other'] as const),
    ])
    .optional(),
  uri: text.optional(),
});
const testSuite = { id: name, version: text.optional(), name: text.optional() };
const ofTestCase = {
  testSuiteRun: run.optional(),
  testCase: testCase.optional(),
};
const testCaseRun = z.strictObject({
  ...{ ...ofTestCase, environment: reference, trigger: trigger.optional() },
});
const ticket = {
  ...{ ticketType: text.optional(), group: text.optional() },
  ...{ assignees: z.array(text).optional(), priority: text.optional() },
  ...{ labels: z.array(text).optional(), milestone: text.optional() },
};

/**
 * What the subject of each event says: the vocabulary of CDEvents 0.4.1, by type
 * without `dev.cdevents.`.
 */
export const VOCABULARY: Readonly<Record<string, z.ZodType>> = {
  'artifact.deleted.0.1.0': artifactOf,
  'artifact.downloaded.0.1.0': artifactOf,
  'artifact.packaged.0.2.0': z.strictObject({
    ...{ change: reference, sbom: sbom.optional() },
  }),
  'artifact.published.0.2.0': artifactOf.extend({ sbom: sbom.optional() }),
  'artifact.signed.0.2.0': z.strictObject({ signature: name }),
  'branch.created.0.2.0': inRepository,
  'branch.deleted.0.2.0': inRepository,
  'build.finished.0.2.0': z.strictObject({ artifactId: text.optional() }),
  'build.queued.0.2.0': nothing,
  'build.started.0.2.0': nothing,
  'change.abandoned.0.2.0': inRepository,
  'change.created.0.3.0': inRepository.extend({ description: name.optional() }),
  'change.merged.0.2.0': inRepository,
  'change.reviewed.0.2.0': inRepository,
  'change.updated.0.2.0': inRepository,
  'environment.created.0.2.0': environment,
  'environment.deleted.0.2.0': environment.omit({ url: true }),
  'environment.modified.0.2.0': environment,
  'incident.detected.0.2.0': incident,
  'incident.reported.0.2.0': incident.extend({ ticketURI: name }),
  'incident.resolved.0.2.0': incident,
  'pipelinerun.finished.0.2.0': z.strictObject({ ...pipelineRun, ...ended }),
  'pipelinerun.queued.0.2.0': z.strictObject(pipelineRun),
  'pipelinerun.started.0.2.0': z.strictObject({
    ...{ pipelineName: text, url: text },
  }),
  'repository.created.0.2.0': repository.extend({ name, url: name }),
  'repository.deleted.0.2.0': repository,
  'repository.modified.0.2.0': repository,
  'service.deployed.0.2.0': deployed,
  'service.published.0.2.0': published,
  'service.removed.0.2.0': published,
  'service.rolledback.0.2.0': deployed,
  'service.upgraded.0.2.0': deployed,
  'taskrun.finished.0.2.0': z.strictObject({ ...taskRun, ...ended }),
  'taskrun.started.0.2.0': z.strictObject(taskRun),
  'testcaserun.finished.0.2.0': z.strictObject({
    ...{ ...ofTestCase, environment: reference, outcome },
    ...{ severity: severity.optional(), reason: text.optional() },
  }),
  'testcaserun.queued.0.2.0': testCaseRun,
  'testcaserun.skipped.0.1.0': z.strictObject({
    ...{ ...ofTestCase, environment: reference.optional() },
    reason: text.optional(),
  }),
  'testcaserun.started.0.2.0': testCaseRun,
  'testoutput.published.0.2.0': z.strictObject({
    outputType: z.enum(['report', 'video', 'image', 'log', 'other']),
    ...{ format: text, uri: text.optional(), testCaseRun: run.optional() },
  }),
  'testsuiterun.finished.0.2.0': z.strictObject({
    ...{ environment: reference, outcome, severity: severity.optional() },
    reason: text.optional(),
    testSuite: z
      .strictObject({ ...testSuite, uri: text.optional() })
      .optional(),
  }),
  'testsuiterun.queued.0.2.0': z.strictObject({
    ...{ environment: reference, trigger: trigger.optional() },
    testSuite: z
      .strictObject({ ...testSuite, url: text.optional() })
      .optional(),
  }),
  'testsuiterun.started.0.2.0': z.strictObject({
    ...{ environment: reference, trigger: trigger.optional() },
    testSuite: z
      .strictObject({ ...testSuite, uri: text.optional() })
      .optional(),
  }),
  'ticket.closed.0.1.0': z.strictObject({
    ...{ ...ticket, uri: name, resolution: text },
    ...{ summary: text.optional(), creator: name.optional() },
    updatedBy: text.optional(),
  }),
  'ticket.created.0.1.0': z.strictObject({
    ...{ ...ticket, uri: name, summary: text, creator: name },
  }),
  'ticket.updated.0.1.0': z.strictObject({
    ...{ ...ticket, uri: name, summary: text.optional() },
    ...{ creator: name.optional(), updatedBy: text.optional() },
  }),
};
