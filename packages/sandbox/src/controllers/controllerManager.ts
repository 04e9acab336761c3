import type { Change } from '../storage/objectStore';
import type { Controller, ControllerContext } from './controllerContext';
import { controllerOf } from './objects';

/**
 * Shows each change, after the request that made it was answered and in
 * order, to the controllers; and has the changed object, and the object that
 * controls it, reconciled.
 */
export class ControllerManager {
  private unsubscribe?: () => void;
  private shown = 0;

  constructor(
    private readonly context: ControllerContext,
    private readonly controllers: Controller[],
  ) {}

  start(): void {
    const { store } = this.context;
    // What was stored before a restart is looked at again.
    for (const { storage, object } of [...store.all()]) {
      this.show({
        type: 'MODIFIED',
        storage,
        revision: store.revision,
        object,
        previous: object,
      });
    }
    this.unsubscribe = store.subscribe(change => this.show(change));
  }

  stop(): void {
    this.unsubscribe?.();
    this.context.queue.stop();
  }

  private show(change: Change): void {
    // Every change has a name of its own: none is left out.
    this.shown += 1;
    this.context.queue.add(`change ${this.shown}`, () => this.follow(change));
  }

  private follow(change: Change): void {
    const { reconcilers, owners } = this.context;
    const { type, storage, object, previous } = change;
    if (type === 'DELETED') reconcilers.forget(storage, object);
    else reconcilers.add(storage, object);
    for (const state of [object, previous]) {
      const reference = state && controllerOf(state);
      const owner = reference && owners.find(reference.uid);
      if (owner) reconcilers.add(owner.storage, owner.object);
    }
    for (const controller of this.controllers) controller.onChange(change);
  }
}
