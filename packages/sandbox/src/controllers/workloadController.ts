import { at } from '../json/value';
import { apiTime } from '../objects/objectWriter';
import type { Change } from '../storage/objectStore';
import type { Controller, ControllerContext } from './controllerContext';
import { WORKLOAD_STATUS } from './workloadStatus';

const MANAGER = 'kube-controller-manager';

/**
 * Annotation of a workload that says how it fares: `ready` (the default),
 * `progressing` (never becomes ready) or `failed`.
 */
export const HEALTH_ANNOTATION = 'backstage-gitops.io/sandbox-health';

/** Reports workloads as rolled out without running anything: status only, no pods. */
export class WorkloadController implements Controller {
  constructor(private readonly context: ControllerContext) {}

  onChange(change: Change): void {
    const makeStatus = WORKLOAD_STATUS[change.storage];
    if (!makeStatus || change.type === 'DELETED') return;
    const live = this.context.current(change.object);
    if (!live || at(live, 'metadata', 'deletionTimestamp')) return;
    const annotation = at(live, 'metadata', 'annotations', HEALTH_ANNOTATION);
    const status = makeStatus({
      object: live,
      health:
        annotation === 'progressing' || annotation === 'failed'
          ? annotation
          : 'ready',
      now: apiTime(this.context.writer.options.now()),
    });
    this.context.attempt(() => this.context.writeStatus(live, status, MANAGER));
  }
}
