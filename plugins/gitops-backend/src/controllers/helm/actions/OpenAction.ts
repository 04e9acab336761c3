import { ReleaseContext } from '@backstage-gitops/helm/actions';
import { FieldManager } from '@backstage-gitops/plugin-gitops-common';
import { Course } from '../../kustomize/GivingWay';
import { ReleaseAccess } from '../loop/ReleaseRequest';
import { ObservedRecords } from './ObservedRecords';

/** So many lines are told when an action fails. */
const LINES = 5;

/** One action on a release, while it runs. */
export class OpenAction {
  readonly records: ObservedRecords;
  readonly context: ReleaseContext;
  private readonly lines: string[] = [];

  constructor(
    access: ReleaseAccess & {
      /** Where something newer may end the action while it waits for objects. */
      course?: Course;
    },
    options: { maxHistory?: number } = {},
  ) {
    const { run, client, target, signal, rules, mask, course } = access;
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
      signal: course?.signal ?? signal,
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
        try {
          return await run.claim.rest(wait());
        } finally {
          course?.hold();
        }
      },
    };
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
