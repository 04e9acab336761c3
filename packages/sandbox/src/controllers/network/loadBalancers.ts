import type { JsonObject } from '../../json/value';
import { asObject, at } from '../../json/value';
import type { ControllerContext } from '../controllerContext';
import { isDeleting } from '../objects';
import { healthOf } from '../pods/behaviour';
import type { Reconciler } from '../reconcilers';

const ADDRESS = '127.0.0.1';

/** Gives Services of the type LoadBalancer an address. */
export class LoadBalancerController implements Reconciler {
  readonly storage = '/services';

  constructor(private readonly context: ControllerContext) {}

  reconcile(service: JsonObject): undefined {
    if (isDeleting(service)) return;
    const isBalanced =
      at(service, 'spec', 'type') === 'LoadBalancer' &&
      (healthOf(service) ?? 'ready') === 'ready';
    const loadBalancer = isBalanced
      ? { ingress: [{ ip: ADDRESS, ipMode: 'VIP' }] }
      : {};
    this.context.attempt(() =>
      this.context.writeStatus(
        service,
        { ...asObject(service.status), loadBalancer },
        'cloud-controller-manager',
      ),
    );
  }
}

/** Gives Ingresses an address. */
export class IngressController implements Reconciler {
  readonly storage = 'networking.k8s.io/ingresses';

  constructor(private readonly context: ControllerContext) {}

  reconcile(ingress: JsonObject): undefined {
    if (isDeleting(ingress)) return;
    const isReady = (healthOf(ingress) ?? 'ready') === 'ready';
    this.context.attempt(() =>
      this.context.writeStatus(
        ingress,
        { loadBalancer: isReady ? { ingress: [{ ip: ADDRESS }] } : {} },
        'ingress-controller',
      ),
    );
  }
}
