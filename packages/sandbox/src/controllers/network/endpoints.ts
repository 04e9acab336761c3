import type { JsonObject } from '../../json/value';
import { asObject, asString, at, equal } from '../../json/value';
import type { Change } from '../../storage/objectStore';
import { NODE_NAME } from '../cluster/node';
import type { Controller, ControllerContext } from '../controllerContext';
import {
  controllerReference,
  isDeleting,
  labelsOf,
  nameOf,
  namespaceOf,
  objectsAt,
  uidOf,
} from '../objects';
import { isFinished, isReady } from '../pods/podState';
import { matchesAll } from '../selector';

const MANAGER = 'kube-controller-manager';
const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const SLICES = 'discovery.k8s.io/endpointslices';

/** Lists the pods behind Services: Endpoints and EndpointSlices (Kubernetes 1.34, `pkg/controller/endpointslice`). */
export class EndpointsController implements Controller {
  constructor(private readonly context: ControllerContext) {}

  onChange(change: Change): void {
    const { storage, object, previous } = change;
    if (storage === '/services') {
      this.plan(object);
      return;
    }
    if (storage !== '/pods' || !changesEndpoints(change)) return;
    const services = this.context.store.list('/services', namespaceOf(object));
    for (const service of services) {
      const selector = selectorOf(service);
      if (!selector) continue;
      const isBehind = [object, previous].some(
        pod => pod && matchesAll(selector, labelsOf(pod)),
      );
      if (isBehind) this.plan(service);
    }
  }

  private plan(service: JsonObject): void {
    const key = {
      storage: '/services',
      namespace: namespaceOf(service),
      name: nameOf(service),
    };
    this.context.queue.add(`endpoints ${key.namespace}/${key.name}`, () => {
      const live = this.context.store.get(key);
      if (live && !isDeleting(live)) this.sync(live);
      else if (!live) this.remove(service);
    });
  }

  private sync(service: JsonObject): void {
    const selector = selectorOf(service);
    if (!selector) return;
    const pods = this.context.store
      .list('/pods', namespaceOf(service))
      .filter(
        pod =>
          matchesAll(selector, labelsOf(pod)) &&
          at(pod, 'status', 'podIP') !== undefined &&
          !isFinished(pod) &&
          !isDeleting(pod),
      );
    this.context.attempt(() => this.syncEndpoints(service, pods));
    this.context.attempt(() => this.syncSlice(service, pods));
  }

  private syncEndpoints(service: JsonObject, pods: JsonObject[]): void {
    const address = (pod: JsonObject) => ({
      ip: at(pod, 'status', 'podIP'),
      nodeName: NODE_NAME,
      targetRef: reference(pod),
    });
    const ready = pods.filter(isReady).map(address);
    const unready = pods.filter(pod => !isReady(pod)).map(address);
    const ports = portsOf(service, pods[0]);
    const subset = {
      ...(ready.length > 0 ? { addresses: ready } : {}),
      ...(unready.length > 0 ? { notReadyAddresses: unready } : {}),
      ...(ports.length > 0 ? { ports } : {}),
    };
    const subsets = pods.length > 0 ? [subset] : undefined;
    const key = { namespace: namespaceOf(service), name: nameOf(service) };
    const live = this.context.store.get({ storage: '/endpoints', ...key });
    if (!live) {
      this.context.create(
        {
          apiVersion: 'v1',
          kind: 'Endpoints',
          metadata: {
            ...key,
            labels: {
              ...labelsOf(service),
              'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
            },
          },
          subsets,
        },
        MANAGER,
      );
    } else if (!equal(live.subsets, subsets)) {
      this.context.update(live, { ...live, subsets }, MANAGER);
    }
  }

  private syncSlice(service: JsonObject, pods: JsonObject[]): void {
    const endpoints = pods.map(pod => ({
      addresses: [at(pod, 'status', 'podIP') ?? ''],
      conditions: {
        ready: isReady(pod),
        serving: isReady(pod),
        terminating: false,
      },
      nodeName: NODE_NAME,
      targetRef: reference(pod),
    }));
    const ports = portsOf(service, pods[0]).map(port => ({
      name: '',
      ...port,
    }));
    const [live] = this.context
      .controlled(service, SLICES)
      .filter(slice => !isDeleting(slice));
    if (!live) {
      this.context.create(
        {
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          metadata: {
            generateName: `${nameOf(service)}-`,
            namespace: namespaceOf(service),
            labels: {
              ...labelsOf(service),
              [SERVICE_NAME]: nameOf(service),
              [MANAGED_BY]: 'endpointslice-controller.k8s.io',
              ...(at(service, 'spec', 'clusterIP') === 'None'
                ? { 'service.kubernetes.io/headless': '' }
                : {}),
            },
            ownerReferences: [controllerReference(service)],
          },
          addressType: 'IPv4',
          endpoints,
          ports,
        },
        MANAGER,
      );
      return;
    }
    const isSame =
      equal(live.endpoints, endpoints) &&
      (equal(live.ports, ports) || pods.length === 0);
    if (isSame) return;
    this.context.update(live, { ...live, endpoints, ports }, MANAGER);
  }

  /** Endpoints have no owner: they go with their Service. */
  private remove(service: JsonObject): void {
    const live = this.context.store.get({
      storage: '/endpoints',
      namespace: namespaceOf(service),
      name: nameOf(service),
    });
    if (live) this.context.delete(live);
  }
}

function selectorOf(service: JsonObject): JsonObject | undefined {
  const selector = asObject(at(service, 'spec', 'selector'));
  return Object.keys(selector).length > 0 ? selector : undefined;
}

function changesEndpoints({ type, object, previous }: Change): boolean {
  if (type === 'DELETED' || !previous) return true;
  return (
    previous === object ||
    isReady(object) !== isReady(previous) ||
    isFinished(object) !== isFinished(previous) ||
    isDeleting(object) !== isDeleting(previous) ||
    at(object, 'status', 'podIP') !== at(previous, 'status', 'podIP') ||
    !equal(labelsOf(object), labelsOf(previous))
  );
}

function reference(pod: JsonObject): JsonObject {
  return {
    kind: 'Pod',
    name: nameOf(pod),
    namespace: namespaceOf(pod),
    uid: uidOf(pod),
  };
}

/** A Service's ports as a pod has them. */
function portsOf(
  service: JsonObject,
  pod: JsonObject | undefined,
): JsonObject[] {
  return objectsAt(service, 'spec', 'ports').flatMap(port => {
    const number = targetPort(port, pod);
    if (number === undefined) return [];
    return [
      {
        ...(port.name ? { name: port.name } : {}),
        ...(port.appProtocol ? { appProtocol: port.appProtocol } : {}),
        port: number,
        protocol: port.protocol ?? 'TCP',
      },
    ];
  });
}

function targetPort(
  port: JsonObject,
  pod: JsonObject | undefined,
): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  const name = asString(target);
  const found = pod
    ? objectsAt(pod, 'spec', 'containers')
        .flatMap(container => objectsAt(container, 'ports'))
        .find(entry => entry.name === name)
    : undefined;
  return found ? Number(found.containerPort) : undefined;
}
