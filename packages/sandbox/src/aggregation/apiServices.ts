import type {
  Controller,
  ControllerContext,
} from '../controllers/controllerContext';
import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, at, isObject } from '../json/value';
import { apiTime } from '../objects/objectWriter';
import type { Change, ObjectStore } from '../storage/objectStore';

const API_SERVICES = 'apiregistration.k8s.io/apiservices';

/** A group and version that another server should answer for, and which is not there. */
export interface UnavailableService {
  group: string;
  version: string;
}

/**
 * What APIServices refer to other servers. The sandbox has none of them, so
 * their groups are listed and answer 503, as kube-aggregator 1.34 does while a
 * service is missing.
 */
export function missingServices(store: ObjectStore): UnavailableService[] {
  return store
    .list(API_SERVICES)
    .filter(service => isObject(at(service, 'spec', 'service')))
    .map(service => ({
      group: asString(at(service, 'spec', 'group')) ?? '',
      version: asString(at(service, 'spec', 'version')) ?? '',
    }));
}

/** Reports of each such APIService that it is not available. */
export class ApiServiceController implements Controller {
  constructor(private readonly context: ControllerContext) {}

  onChange(change: Change): void {
    if (change.storage !== API_SERVICES || change.type === 'DELETED') return;
    const live = this.context.current(change.object);
    if (!live || conditions(live).length > 0) return;
    const service = asObject(at(live, 'spec', 'service'));
    const { name, namespace } = service;
    const condition = {
      type: 'Available',
      lastTransitionTime: apiTime(this.context.writer.options.now()),
      ...(name
        ? {
            status: 'False',
            reason: 'ServiceNotFound',
            message: `service/${String(name)} in ${JSON.stringify(namespace)} is not present`,
          }
        : {
            status: 'True',
            reason: 'Local',
            message: 'Local APIServices are always available',
          }),
    };
    this.context.attempt(() =>
      this.context.writeStatus(
        live,
        { conditions: [condition] },
        'kube-apiserver',
      ),
    );
  }
}

function conditions(service: JsonObject): unknown[] {
  return asArray(at(service, 'status', 'conditions'));
}
