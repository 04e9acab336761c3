import { ReleaseContext } from '@backstage-gitops/helm/actions';
import { FieldManager } from '@backstage-gitops/plugin-gitops-common';
import { Course } from '../../kustomize/GivingWay';
import { ReleaseAccess } from '../loop/ReleaseRequest';
import { ObservedRecords } from './ObservedRecords';
import { StoppingError } from './StoppingError';

/** So many lines are told when an action fails. */
const LINES = 5;

/** One action on a release, while it runs. */
export class OpenAction {
  readonly records: ObservedRecords;
  readonly context: ReleaseContext;
  private readonly lines: string[] = [];
  private readonly ending = new AbortController();

  constructor(
    access: ReleaseAccess,
    options: {
      maxHistory?: number;
      /** Where something newer may end the action while it waits for objects. */
      course?: Course;
    } = {},
  ) {
    const { run, client, target, rules, mask, stopping, signal } = access;
    const { course } = options;
    this.records = new ObservedRecords({
      client,
      namespace: target.storageNamespace,
    });
    this.context = {
      client,
      records: this.records,
      fieldManager: FieldManager.helm,
      maxHistory: options.maxHistory,
      healthRules: rules,
      signal: AbortSignal.any([course?.signal ?? signal, this.ending.signal]),
      onProgress: line => this.note(mask?.mask(line) ?? line),
      onHookLogs: (hook, logs) => {
        for (const { text } of logs) {
          this.note(`${hook}: ${mask?.mask(text) ?? text}`);
        }
      },
      whileWaiting: async (wait, what) => {
        if (what.for === 'objects') {
          course?.release();
        }
        const giveUp = () => this.ending.abort(new StoppingError());
        stopping.addEventListener('abort', giveUp);
        if (stopping.aborted) {
          giveUp();
        }
        try {
          return await run.claim.rest(wait());
        } finally {
          stopping.removeEventListener('abort', giveUp);
          course?.hold();
        }
      },
    };
  }

  /** @throws StoppingError where the action has ended for that. */
  assertNotStopped(): void {
    this.ending.signal.throwIfAborted();
  }

  /** What was done last, for the end of a message. */
  get log(): string {
    return this.lines.length > 0
      ? `\n\nLast Helm logs:\n\n${this.lines.join('\n')}`
      : '';
  }

  private note(line: string): void {
    this.lines.push(line);
    if (this.lines.length > LINES) {
      this.lines.shift();
    }
  }
}
