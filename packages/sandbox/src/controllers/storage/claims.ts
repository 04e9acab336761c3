import type { JsonObject, JsonValue } from '../../json/value';
import { asArray, asObject, asString, at } from '../../json/value';
import {
  annotationsOf,
  isDeleting,
  nameOf,
  namespaceOf,
  uidOf,
  withMetadata,
} from '../objects';
import type { Controller, ControllerContext } from '../controllerContext';
import { quantityNanos } from '../../kinds/quantity';
import type { Change } from '../../storage/objectStore';
import { healthOf } from '../pods/behaviour';
import type { Reconciler } from '../reconcilers';

const MANAGER = 'kube-controller-manager';
const COMPONENT = 'persistentvolume-controller';
/** Who makes the volumes of the StorageClass `standard`. */
export const PROVISIONER = 'backstage-gitops.io/sandbox';
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const VOLUMES = '/persistentvolumes';

/** Creates the StorageClass that claims get by default. */
export function provideStorageClass(context: ControllerContext): void {
  context.ensure(
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: {
        name: 'standard',
        annotations: { [DEFAULT_CLASS]: 'true' },
      },
      provisioner: PROVISIONER,
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
    },
    MANAGER,
  );
}

/** Binds claims to volumes: one that is there and fits, or a new one. */
export class ClaimController implements Reconciler {
  readonly storage = '/persistentvolumeclaims';

  constructor(private readonly context: ControllerContext) {}

  reconcile(claim: JsonObject): undefined {
    if (isDeleting(claim) || at(claim, 'status', 'phase') === 'Bound') return;
    const health = healthOf(claim) ?? 'ready';
    if (health !== 'ready') return;
    const volume = this.volumeFor(claim);
    if (volume) this.bind(claim, volume);
  }

  private volumeFor(claim: JsonObject): JsonObject | undefined {
    const wanted = asString(at(claim, 'spec', 'volumeName'));
    const className = this.classOf(claim);
    const present = this.context.store
      .list(VOLUMES)
      .find(volume =>
        wanted
          ? nameOf(volume) === wanted
          : at(volume, 'status', 'phase') === 'Available' &&
            (asString(at(volume, 'spec', 'storageClassName')) ?? '') ===
              className &&
            sizeOf(at(volume, 'spec', 'capacity', 'storage')) >=
              sizeOf(at(claim, 'spec', 'resources', 'requests', 'storage')),
      );
    if (present || wanted) return present;
    return this.provision(claim, className);
  }

  private classOf(claim: JsonObject): string {
    const named = asString(at(claim, 'spec', 'storageClassName'));
    if (named !== undefined) return named;
    const fallback = this.context.store
      .list('storage.k8s.io/storageclasses')
      .find(entry => annotationsOf(entry)[DEFAULT_CLASS] === 'true');
    return fallback ? nameOf(fallback) : '';
  }

  private provision(
    claim: JsonObject,
    className: string,
  ): JsonObject | undefined {
    const storageClass = this.context.store.get({
      storage: 'storage.k8s.io/storageclasses',
      namespace: '',
      name: className,
    });
    if (!storageClass) {
      this.warn(
        claim,
        className ? 'ProvisioningFailed' : 'FailedBinding',
        className
          ? `storageclass.storage.k8s.io "${className}" not found`
          : 'no persistent volumes available for this claim and no storage class is set',
      );
      return undefined;
    }
    const name = `pvc-${uidOf(claim)}`;
    this.context.attempt(() => {
      this.context.create(
        {
          apiVersion: 'v1',
          kind: 'PersistentVolume',
          metadata: {
            name,
            annotations: {
              'pv.kubernetes.io/provisioned-by': String(
                storageClass.provisioner,
              ),
            },
          },
          spec: {
            capacity: asObject(at(claim, 'spec', 'resources', 'requests')),
            accessModes: asArray(at(claim, 'spec', 'accessModes')),
            persistentVolumeReclaimPolicy:
              storageClass.reclaimPolicy ?? 'Delete',
            storageClassName: className,
            volumeMode: at(claim, 'spec', 'volumeMode') ?? 'Filesystem',
            csi: { driver: PROVISIONER, volumeHandle: name },
          },
        },
        MANAGER,
      );
      this.context.events.record(claim, {
        type: 'Normal',
        reason: 'ProvisioningSucceeded',
        message: `Successfully provisioned volume ${name}`,
        component: PROVISIONER,
      });
    });
    return this.context.store.get({ storage: VOLUMES, namespace: '', name });
  }

  private bind(claim: JsonObject, volume: JsonObject): void {
    const reference = at(volume, 'spec', 'claimRef');
    const claimRef = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      name: nameOf(claim),
      namespace: namespaceOf(claim),
      resourceVersion: at(claim, 'metadata', 'resourceVersion'),
      uid: uidOf(claim),
    };
    const owner = asObject(reference).uid;
    if (owner !== undefined && owner !== uidOf(claim)) return;
    this.context.attempt(() => {
      const claimed = reference
        ? volume
        : this.context.update(
            volume,
            { ...volume, spec: { ...asObject(volume.spec), claimRef } },
            MANAGER,
          );
      this.context.writeStatus(claimed, { phase: 'Bound' }, MANAGER);
      const bound = this.context.update(
        claim,
        {
          ...withMetadata(claim, {
            annotations: {
              ...annotationsOf(claim),
              'pv.kubernetes.io/bind-completed': 'yes',
              'pv.kubernetes.io/bound-by-controller': 'yes',
            },
          }),
          spec: {
            ...asObject(claim.spec),
            storageClassName:
              at(claim, 'spec', 'storageClassName') ??
              at(volume, 'spec', 'storageClassName'),
            volumeName: nameOf(volume),
          },
        },
        MANAGER,
      );
      this.context.writeStatus(
        bound,
        {
          accessModes: asArray(at(claim, 'spec', 'accessModes')),
          capacity: asObject(at(volume, 'spec', 'capacity')),
          phase: 'Bound',
        },
        MANAGER,
      );
    });
  }

  private warn(claim: JsonObject, reason: string, message: string): void {
    this.context.events.record(claim, {
      type: 'Warning',
      reason,
      message,
      component: COMPONENT,
    });
  }
}

/** Makes volumes available, and takes them back when their claim is gone. */
export class VolumeController implements Reconciler, Controller {
  readonly storage = VOLUMES;

  constructor(private readonly context: ControllerContext) {}

  reconcile(volume: JsonObject): undefined {
    if (isDeleting(volume)) return;
    const claim = asObject(at(volume, 'spec', 'claimRef'));
    const uid = asString(claim.uid);
    if (!uid) {
      this.report(volume, 'Available');
      this.wakeClaims();
    } else if (this.context.owners.find(uid)) {
      this.report(volume, 'Bound');
    } else if (
      at(volume, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete'
    ) {
      this.context.delete(volume);
    } else {
      this.report(volume, 'Released');
    }
  }

  onChange({ type, storage, object }: Change): void {
    if (storage === 'storage.k8s.io/storageclasses' && type === 'ADDED') {
      this.wakeClaims();
    }
    const name = asString(at(object, 'spec', 'volumeName'));
    if (storage !== '/persistentvolumeclaims' || type !== 'DELETED' || !name) {
      return;
    }
    this.context.reconcilers.addKey({ storage: VOLUMES, namespace: '', name });
  }

  private report(volume: JsonObject, phase: string): void {
    if (at(volume, 'status', 'phase') === phase) return;
    this.context.attempt(() =>
      this.context.writeStatus(volume, { phase }, MANAGER),
    );
  }

  private wakeClaims(): void {
    for (const claim of this.context.store.list('/persistentvolumeclaims')) {
      if (at(claim, 'status', 'phase') !== 'Bound') {
        this.context.reconcilers.add('/persistentvolumeclaims', claim);
      }
    }
  }
}

function sizeOf(quantity: JsonValue | undefined): bigint {
  return typeof quantity === 'string' || typeof quantity === 'number'
    ? (quantityNanos(quantity) ?? 0n)
    : 0n;
}
