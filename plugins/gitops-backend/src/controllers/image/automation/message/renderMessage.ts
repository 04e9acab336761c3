import {
  executeTemplate,
  TemplateError,
  TemplateParser,
  TemplateSet,
} from '@backstage-gitops/go-template';
import { goData } from './goData';
import { hermeticFunctions } from './hermeticFunctions';
import { MessageData } from './MessageData';
import { MessageTemplateError } from './MessageTemplateError';

const DEFAULT_MESSAGE = 'Update from image update automation';
/** For messages of errors; Flux's. */
const NAME = 'commit message';

/** Far beyond what a message needs. */
const LIMITS = { output: 64 * 1024, steps: 1_000_000, depth: 100 };

/** Fields that older versions of Flux had, and what to write in their place. */
const REMOVED = [
  {
    field: '.Updated',
    problem: "can't evaluate field Updated in type source.TemplateData",
    instead: "'.Changed'",
  },
  {
    field: '.Changed.ImageResult',
    problem: "can't evaluate field ImageResult in type update.Result",
    instead: "'.Changed.FileChanges' or '.Changed.Objects'",
  },
];

let parser: TemplateParser | undefined;

/**
 * Renders the message of a commit, or what a pull request says
 * (image-automation-controller 1.2).
 *
 * @param template - undefined or empty: Flux's default message
 * @throws MessageTemplateError
 */
export function renderMessage(
  template: string | undefined,
  data: MessageData,
): string {
  parser ??= new TemplateParser({ functions: hermeticFunctions() });
  const set = new TemplateSet({ name: NAME });
  try {
    set.add(parser.parse(NAME, template || DEFAULT_MESSAGE));
  } catch (error) {
    throw explain('unable to create commit message template from spec', error);
  }
  try {
    return clean(executeTemplate(set, NAME, goData(data), { limits: LIMITS }));
  } catch (error) {
    throw explain('failed to run template from spec', error);
  }
}

/** Nothing that moves a cursor, rings a bell or ends a text for Git. */
function clean(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]/gu, '');
}

function explain(what: string, error: unknown): unknown {
  if (!(error instanceof TemplateError)) {
    return error;
  }
  const removed = REMOVED.find(({ problem }) =>
    error.message.includes(problem),
  );
  return removed
    ? new MessageTemplateError(
        'GITOPS_REMOVED_TEMPLATE_FIELD',
        `template uses removed '${removed.field}' field; write ${removed.instead} in its place`,
      )
    : new MessageTemplateError(
        'GITOPS_MESSAGE_TEMPLATE',
        `${what}: ${error.message}`,
      );
}
