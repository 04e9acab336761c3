import type { SandboxLogger } from '../logger';
import type { Change } from '../storage/objectStore';
import type { Controller, ControllerContext } from './controllerContext';

/**
 * Shows each change to each controller, after the request that made it was
 * answered, one change at a time and in order.
 */
export class ControllerManager {
  private readonly queue: Change[] = [];
  private scheduled?: NodeJS.Immediate;
  private unsubscribe?: () => void;

  constructor(
    private readonly options: {
      context: ControllerContext;
      controllers: Controller[];
      logger?: SandboxLogger;
    },
  ) {}

  start(): void {
    const { store } = this.options.context;
    // What was stored before a restart is looked at again.
    for (const { storage, object } of [...store.all()]) {
      this.queue.push({
        type: 'MODIFIED',
        storage,
        revision: store.revision,
        object,
        previous: object,
      });
    }
    this.unsubscribe = store.subscribe(change => {
      this.queue.push(change);
      this.schedule();
    });
    this.schedule();
  }

  stop(): void {
    this.unsubscribe?.();
    clearImmediate(this.scheduled);
    this.scheduled = undefined;
    this.queue.length = 0;
  }

  private schedule(): void {
    this.scheduled ??= setImmediate(() => {
      this.scheduled = undefined;
      const change = this.queue.shift();
      if (change) this.show(change);
      if (this.queue.length > 0) this.schedule();
    });
  }

  private show(change: Change): void {
    for (const controller of this.options.controllers) {
      try {
        controller.onChange(change);
      } catch (error) {
        this.options.logger?.error(
          `A simulated controller failed: ${
            error instanceof Error
              ? (error.stack ?? error.message)
              : String(error)
          }`,
        );
      }
    }
  }
}
