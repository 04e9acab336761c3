import type { JsonObject } from '../json/value';
import type { Target } from '../objects/writeRequest';

/** A write, as admission sees it. */
export interface AdmissionRequest {
  readonly target: Target;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /** Undefined for a deletion. */
  readonly object?: JsonObject;
  /** The object before; undefined for a creation. */
  readonly oldObject?: JsonObject;
  readonly dryRun: boolean;
  /** The options of the request, such as `CreateOptions`. */
  readonly options: JsonObject;
}

/**
 * Has a say in writes of clients: changes what is to be written, or refuses
 * it.
 */
export interface Admission {
  /** The object as mutating webhooks leave it. @throws ApiError */
  mutate(request: AdmissionRequest): JsonObject;
  /** @throws ApiError for what is refused */
  validate(request: AdmissionRequest): void;
  /** What stays the same when a write is tried again with a webhook's answer. */
  readonly identity: { uid: string; now: string; suffix: string };
}

/**
 * A webhook has to be asked first. The request is handled anew when `settled`:
 * so that writing stays one synchronous step, no answer is waited for within.
 */
export class PendingCall extends Error {
  constructor(readonly settled: Promise<void>) {
    super('a webhook is asked');
    this.name = 'PendingCall';
  }
}
