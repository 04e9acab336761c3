import { z } from 'zod';
import { readPayload } from '../../payloads';
import {
  checkEvent,
  headerOf,
  WebhookRefusedError,
  WebhookType,
} from '../../WebhookCall';
import { VOCABULARY } from './vocabulary';

const PREFIX = 'dev.cdevents.';
/** `dev.cdeventsx.<tool>-<subject>.<predicate>.<version>`: events of others. */
const CUSTOM =
  /^dev\.cdeventsx\.[a-z0-9]+-[a-z0-9]+\.[a-z0-9]+\.\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

/** Types have no capitals; the subjects that they name have. */
const SUBJECTS: ReadonlyMap<string, string> = new Map(
  ['pipelineRun', 'taskRun', 'testCaseRun', 'testSuiteRun', 'testOutput'].map(
    subject => [subject.toLowerCase(), subject],
  ),
);

const name = z.string().min(1);
const place = z.looseObject({ contextId: name });
const tags = z.record(z.string(), z.unknown()).optional();
const link = z.union([
  z.strictObject({
    ...{ linkType: z.literal('END'), from: place.optional(), tags },
  }),
  z.strictObject({ linkType: z.literal('PATH'), from: place, tags }),
  z.strictObject({
    ...{ linkType: z.literal('RELATION'), linkKind: name, tags },
    target: place.partial(),
  }),
]);
const event = z.strictObject({
  context: z.strictObject({
    ...{ version: name, id: name, source: name, type: name },
    timestamp: z.iso.datetime({ offset: true }),
    ...{ schemaUri: name.optional(), chainId: name.optional() },
    links: z.array(link).optional(),
  }),
  subject: z.strictObject({
    ...{ id: name, source: z.string().optional(), type: name },
    content: z.record(z.string(), z.unknown()),
  }),
  customData: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .optional(),
  customDataContentType: z.string().optional(),
});

/**
 * CDEvents 0.4 by HTTP, the event in `Ce-Type`: held against the vocabulary of the
 * specification. Nobody signs them; whoever knows the path may call.
 */
export const cdevents: WebhookType = {
  async verify(call, context) {
    const found = event.safeParse(
      readPayload(call.body, 'a source of CDEvents'),
    );
    if (!found.success) {
      throw invalid(found.error);
    }
    const { context: about, subject } = found.data;
    if (!CUSTOM.test(about.type)) {
      const content = contentOf(about.type).safeParse(subject.content);
      if (subject.type !== subjectOf(about.type)) {
        throw wrong(`subject.type is not ${subjectOf(about.type)}`);
      }
      if (!content.success) {
        throw invalid(content.error, 'subject.content');
      }
    }
    checkEvent(headerOf(call, 'ce-type'), context);
    // The two name an event among all that there are.
    return { identity: JSON.stringify([about.source, about.id]) };
  },
};

function subjectOf(type: string): string {
  const [subject] = type.slice(PREFIX.length).split('.');
  return SUBJECTS.get(subject) ?? subject;
}

function contentOf(type: string): z.ZodType {
  const known = type.startsWith(PREFIX) ? type.slice(PREFIX.length) : '';
  if (!Object.hasOwn(VOCABULARY, known)) {
    throw wrong(`there is no event ${JSON.stringify(type.slice(0, 100))}`);
  }
  return VOCABULARY[known];
}

function invalid({ issues }: z.ZodError, below?: string): WebhookRefusedError {
  const [{ path, message }] = issues;
  const field = [...(below ? [below] : []), ...path.map(String)].join('.');
  return wrong(`${field || 'the event'}: ${message}`);
}

function wrong(why: string): WebhookRefusedError {
  return new WebhookRefusedError(
    'WEBHOOK_BAD_PAYLOAD',
    `the body is no CDEvent of version 0.4: ${why}`,
  );
}
