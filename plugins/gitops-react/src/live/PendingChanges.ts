import type {
  ObjectKey,
  ObjectRow,
} from '@backstage-gitops/plugin-gitops-common';
import { stringifyObjectKey } from '@backstage-gitops/plugin-gitops-common';

/** What a user's action is expected to make of a row. */
export type RowPatch = Partial<Pick<ObjectRow, 'status' | 'suspended'>>;

interface PendingChange {
  patch: RowPatch;
  /** When the backend had done it; data read later knows of it. */
  doneAt?: number;
}

/**
 * What users asked for and the data does not show yet. A change is laid over
 * the data until data arrives that was asked for after the backend had done it.
 */
export class PendingChanges {
  private readonly changes = new Map<string, PendingChange>();
  private readonly listeners = new Set<() => void>();
  private version = 0;

  begin(key: ObjectKey, patch: RowPatch): void {
    this.changes.set(stringifyObjectKey(key), { patch });
    this.notify();
  }

  done(key: ObjectKey, at: number): void {
    const change = this.changes.get(stringifyObjectKey(key));
    if (change) change.doneAt = at;
    this.notify();
  }

  drop(key: ObjectKey): void {
    this.changes.delete(stringifyObjectKey(key));
    this.notify();
  }

  /** The row as it will be, given when its data was asked for. */
  over<T extends ObjectRow>(row: T, askedAt: number): T {
    const change = this.changes.get(stringifyObjectKey(row.key));
    if (!change) return row;
    if (change.doneAt !== undefined && askedAt >= change.doneAt) return row;
    return { ...row, ...change.patch };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  readonly getVersion = (): number => this.version;

  private notify(): void {
    this.version += 1;
    [...this.listeners].forEach(listener => listener());
  }
}
