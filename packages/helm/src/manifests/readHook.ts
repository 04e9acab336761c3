import { trim } from '../text/space';
import { Hook, HookEvent, Manifest } from './Hook';

const EVENT = 'helm.sh/hook';
const WEIGHT = 'helm.sh/hook-weight';
const DELETE_POLICY = 'helm.sh/hook-delete-policy';
const OUTPUT_LOG_POLICY = 'helm.sh/hook-output-log-policy';

const EVENTS: ReadonlyMap<string, HookEvent> = new Map<string, HookEvent>([
  ['pre-install', 'pre-install'],
  ['post-install', 'post-install'],
  ['pre-delete', 'pre-delete'],
  ['post-delete', 'post-delete'],
  ['pre-upgrade', 'pre-upgrade'],
  ['post-upgrade', 'post-upgrade'],
  ['pre-rollback', 'pre-rollback'],
  ['post-rollback', 'post-rollback'],
  ['test', 'test'],
  // The name of Helm 2.
  ['test-success', 'test'],
]);

/**
 * A document as a hook: `undefined` where it is none, null where an event is
 * not known, in which case Helm drops the document.
 */
export function readHook(
  { name, kind, path, content }: Manifest,
  annotations: Readonly<Record<string, string>>,
): Hook | null | undefined {
  if (!Object.hasOwn(annotations, EVENT)) {
    return undefined;
  }
  const events = list(annotations, EVENT).map(event => EVENTS.get(event));
  if (events.includes(undefined)) {
    return null;
  }
  return {
    ...{ name, kind, path },
    manifest: content,
    events: events as HookEvent[],
    weight: readWeight(annotations[WEIGHT] ?? ''),
    deletePolicies: list(annotations, DELETE_POLICY),
    outputLogPolicies: list(annotations, OUTPUT_LOG_POLICY),
  };
}

function list(
  annotations: Readonly<Record<string, string>>,
  key: string,
): string[] {
  return Object.hasOwn(annotations, key)
    ? annotations[key].split(',').map(item => trim(item).toLowerCase())
    : [];
}

/** What is no integer weighs nothing. */
function readWeight(text: string): number {
  const weight = /^[-+]?[0-9]+$/.test(text) ? Number(text) : 0;
  return Number.isSafeInteger(weight) ? weight + 0 : 0;
}
