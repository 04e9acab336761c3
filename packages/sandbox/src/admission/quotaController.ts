import type {
  Controller,
  ControllerContext,
} from '../controllers/controllerContext';
import type { JsonObject } from '../json/value';
import { asObject, at, equal } from '../json/value';
import type { Change } from '../storage/objectStore';
import { isQuotaStorage, namespaceOf, quotasOf, usedOf } from './quotas';

const MANAGER = 'kube-controller-manager';

/** Keeps `status.used` of ResourceQuotas. */
export class QuotaController implements Controller {
  constructor(private readonly context: ControllerContext) {}

  onChange(change: Change): void {
    const namespace = namespaceOf(change.object);
    if (!namespace) return;
    const isQuota = isQuotaStorage(change.storage);
    if (isQuota && change.type === 'DELETED') return;
    // A change of an object counts only where its usage may have changed.
    if (!isQuota && change.type === 'MODIFIED' && !isCounted(change)) return;
    for (const quota of quotasOf(this.context.store, namespace)) {
      this.report(quota, namespace);
    }
  }

  private report(quota: JsonObject, namespace: string): void {
    const hard = asObject(at(quota, 'spec', 'hard'));
    const used = usedOf(this.context.store, namespace, hard);
    const status = { hard, used };
    if (equal(quota.status, status)) return;
    this.context.attempt(() =>
      this.context.writeStatus(quota, status, MANAGER),
    );
  }
}

function isCounted({ object, previous, storage }: Change): boolean {
  if (storage === '/pods') {
    return !equal(
      at(object, 'status', 'phase'),
      at(previous, 'status', 'phase'),
    );
  }
  return storage === '/services' && !equal(object.spec, previous?.spec);
}
