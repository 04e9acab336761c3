import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, at, isObject } from '../json/value';
import type { ObjectStore } from '../storage/objectStore';

/** Gives out what Services share. */
export interface AddressAllocator {
  /** A cluster address (10.96.0.0/16) that no Service has. */
  clusterIp(): string;
  /** A node port (30000-32767) that no Service has and that is not given out again at once. */
  nodePort(taken: ReadonlySet<unknown>): number;
}

/** Allocates by what is stored. */
export function addressAllocator(store: ObjectStore): AddressAllocator {
  return {
    clusterIp() {
      const used = new Set(
        store
          .list('/services')
          .map(service => asString(at(service, 'spec', 'clusterIP'))),
      );
      for (let index = 2; ; index += 1) {
        const address = `10.96.${Math.floor(index / 256) % 256}.${index % 256}`;
        if (!used.has(address) || index > 65_535) return address;
      }
    },
    nodePort(taken) {
      const used = new Set(
        store
          .list('/services')
          .flatMap(service => asArray(at(service, 'spec', 'ports')))
          .filter(isObject)
          .map(port => port.nodePort),
      );
      let port = 30_000;
      while ((used.has(port) || taken.has(port)) && port < 32_767) port += 1;
      return port;
    },
  };
}

/**
 * Gives a Service its addresses and node ports; an update that leaves them out
 * keeps those it has. Nobody owns these fields, for they are set after
 * ownership is decided (Kubernetes 1.34, `registry/core/service`).
 */
export function allocateServiceFields(
  object: JsonObject,
  live: JsonObject | undefined,
  allocator: AddressAllocator,
): void {
  if (object.kind !== 'Service' || object.apiVersion !== 'v1') return;
  const spec: JsonObject = { ...asObject(object.spec) };
  object.spec = spec;
  if (spec.type === 'ExternalName') return;
  const before = asObject(live?.spec);
  spec.clusterIP ||= before.clusterIP || allocator.clusterIp();
  spec.clusterIPs ??= before.clusterIPs ?? [spec.clusterIP];
  spec.ipFamilies ??= before.ipFamilies ?? ['IPv4'];
  spec.ipFamilyPolicy ??= before.ipFamilyPolicy ?? 'SingleStack';
  if (spec.type === 'ClusterIP') return;
  const taken = new Set<unknown>();
  const known = asArray(before.ports).filter(isObject);
  spec.ports = asArray(spec.ports).map(entry => {
    if (!isObject(entry) || entry.nodePort) return entry;
    const same = known.find(
      port => port.port === entry.port && port.protocol === entry.protocol,
    );
    const nodePort = Number(same?.nodePort ?? allocator.nodePort(taken));
    taken.add(nodePort);
    return { ...entry, nodePort };
  });
}
