import { asArray, asString, at, isObject } from '../json/value';
import type { DefaultingContext } from '../kinds/builtin-defaults';
import type { ObjectStore } from '../storage/object-store';

/** Gives out cluster addresses (10.96.0.0/16) and node ports (30000-32767) that no Service has. */
export function addressAllocator(store: ObjectStore): DefaultingContext {
  return {
    allocateClusterIp() {
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
    allocateNodePort() {
      const used = new Set(
        store
          .list('/services')
          .flatMap(service => asArray(at(service, 'spec', 'ports')))
          .filter(isObject)
          .map(port => port.nodePort),
      );
      let port = 30_000;
      while (used.has(port) && port < 32_767) port += 1;
      return port;
    },
  };
}
