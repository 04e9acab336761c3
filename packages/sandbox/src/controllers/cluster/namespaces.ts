import type { JsonObject } from '../../json/value';
import { asArray, asObject } from '../../json/value';
import type { Change } from '../../storage/objectStore';
import type { Controller, ControllerContext } from '../controllerContext';
import { isDeleting, nameOf, namespaceOf } from '../objects';
import type { Reconciler } from '../reconcilers';

const MANAGER = 'kube-controller-manager';
const FURNITURE = new Set(['/serviceaccounts', '/configmaps']);

/**
 * Gives each namespace its default ServiceAccount and root CA, and empties a
 * namespace that is deleted.
 */
export class NamespaceController implements Reconciler, Controller {
  readonly storage = '/namespaces';

  constructor(
    private readonly context: ControllerContext,
    private readonly caPem: string,
  ) {}

  onChange({ type, storage, object }: Change): void {
    const namespace = namespaceOf(object);
    if (type !== 'DELETED' || !namespace) return;
    const owner = this.context.store.get({
      storage: this.storage,
      namespace: '',
      name: namespace,
    });
    if (owner && (isDeleting(owner) || FURNITURE.has(storage))) {
      this.context.reconcilers.add(this.storage, owner);
    }
  }

  reconcile(namespace: JsonObject): undefined {
    if (isDeleting(namespace)) this.terminate(namespace);
    else this.furnish(nameOf(namespace));
  }

  private furnish(namespace: string): void {
    this.context.attempt(() => {
      this.context.ensure(
        {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: 'default', namespace },
        },
        MANAGER,
      );
      this.context.ensure(
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: {
            name: 'kube-root-ca.crt',
            namespace,
            annotations: {
              'kubernetes.io/description':
                'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
            },
          },
          data: { 'ca.crt': this.caPem },
        },
        MANAGER,
      );
    });
  }

  private terminate(namespace: JsonObject): void {
    const name = nameOf(namespace);
    let isEmpty = true;
    for (const object of this.contents(name)) {
      if (!isDeleting(object)) {
        this.context.delete(object, { propagationPolicy: 'Background' });
      }
      isEmpty &&= this.context.current(object) === undefined;
    }
    if (!isEmpty) return;
    const live = this.context.current(namespace);
    if (asArray(asObject(live?.metadata).finalizers).length > 0) return;
    this.context.store.remove({ storage: this.storage, namespace: '', name });
  }

  private contents(namespace: string): JsonObject[] {
    return this.context.registry
      .resources()
      .filter(
        resource =>
          resource.namespaced &&
          !(resource.group === 'events.k8s.io' && resource.plural === 'events'),
      )
      .flatMap(resource =>
        this.context.store.list(resource.storage, namespace),
      );
  }
}
