import type { JsonObject } from '../json/value';
import { asObject, asString, at } from '../json/value';
import type { Change } from '../storage/objectStore';
import type { Controller, ControllerContext } from './controllerContext';

const MANAGER = 'kube-controller-manager';

/**
 * Gives each namespace its default ServiceAccount and root CA, and empties a
 * namespace that is deleted.
 */
export class NamespaceController implements Controller {
  constructor(
    private readonly context: ControllerContext,
    private readonly caPem: string,
  ) {}

  onChange(change: Change): void {
    if (change.storage === '/namespaces') {
      if (change.type === 'DELETED') return;
      if (at(change.object, 'metadata', 'deletionTimestamp')) {
        this.terminate(change.object);
      } else {
        this.furnish(asString(at(change.object, 'metadata', 'name')) ?? '');
      }
      return;
    }
    const namespace = asString(at(change.object, 'metadata', 'namespace'));
    if (change.type !== 'DELETED' || !namespace) return;
    const owner = this.context.store.get({
      storage: '/namespaces',
      namespace: '',
      name: namespace,
    });
    if (!owner) return;
    if (at(owner, 'metadata', 'deletionTimestamp')) this.terminate(owner);
    else this.furnish(namespace);
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
    const live = this.context.current(namespace);
    if (!live) return;
    const name = asString(at(live, 'metadata', 'name')) ?? '';
    const contents = this.contents(name);
    for (const object of contents) {
      if (at(object, 'metadata', 'deletionTimestamp')) continue;
      const target = this.context.targetOf(object);
      if (!target) continue;
      this.context.attempt(() =>
        this.context.writer.delete(target, {
          dryRun: false,
          propagationPolicy: 'Background',
        }),
      );
    }
    if (this.contents(name).length > 0) return;
    const finalizers = asObject(live.metadata).finalizers;
    if (Array.isArray(finalizers) && finalizers.length > 0) return;
    this.context.store.remove({ storage: '/namespaces', namespace: '', name });
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
