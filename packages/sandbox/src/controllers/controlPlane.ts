import { QuotaController } from '../admission/quotaController';
import { ApiServiceController } from '../aggregation/apiServices';
import { NamespaceController } from './cluster/namespaces';
import { bootstrap } from './cluster/bootstrap';
import { DefinitionController } from './cluster/definitions';
import { GarbageCollector } from './cluster/garbageCollector';
import { registerNode } from './cluster/node';
import type { ControllerContextOptions } from './controllerContext';
import { ControllerContext } from './controllerContext';
import { ControllerManager } from './controllerManager';
import { EventExpiry } from './eventExpiry';
import { EndpointsController } from './network/endpoints';
import {
  IngressController,
  LoadBalancerController,
} from './network/loadBalancers';
import { Kubelet } from './pods/kubelet';
import { AutoscalerController } from './policy/autoscalers';
import { DisruptionBudgetController } from './policy/disruptionBudgets';
import {
  ClaimController,
  provideStorageClass,
  VolumeController,
} from './storage/claims';
import { AdoptionController } from './workloads/adoption';
import { CronJobController } from './workloads/cronJob';
import { DaemonSetController } from './workloads/daemonSet';
import { JobController } from './workloads/job';
import { StatefulSetController } from './workloads/statefulSet';
import { DeploymentController } from './workloads/deployment';
import {
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  ReplicaSetController,
} from './workloads/replicaSet';

/** What the control plane needs. */
export interface ControlPlaneOptions extends ControllerContextOptions {
  /** The certificate authority that namespaces publish, PEM. */
  caPem: string;
}

/** The simulated controllers: what makes stored objects come alive. */
export class ControlPlane {
  private readonly context: ControllerContext;
  private readonly manager: ControllerManager;

  /** Creates what every cluster has; controllers begin with `start`. */
  constructor({ caPem, ...options }: ControlPlaneOptions) {
    const context = new ControllerContext(options);
    this.context = context;
    const definitions = new DefinitionController(context);
    definitions.restore();
    bootstrap(context);
    registerNode(context);
    provideStorageClass(context);
    const namespaces = new NamespaceController(context, caPem);
    const kubelet = new Kubelet(context);
    const volumes = new VolumeController(context);
    const daemonSets = new DaemonSetController(context);
    const jobs = new JobController(context);
    const budgets = new DisruptionBudgetController(context);
    const autoscalers = new AutoscalerController(context);
    for (const reconciler of [
      namespaces,
      kubelet,
      volumes,
      budgets,
      autoscalers,
      daemonSets,
      jobs,
      new StatefulSetController(context),
      new CronJobController(context),
      new EventExpiry(context),
      new ClaimController(context),
      new LoadBalancerController(context),
      new IngressController(context),
      new DeploymentController(context),
      new ReplicaSetController(context, REPLICA_SETS),
      new ReplicaSetController(context, REPLICATION_CONTROLLERS),
    ]) {
      context.reconcilers.register(reconciler);
    }
    this.manager = new ControllerManager(context, [
      definitions,
      namespaces,
      kubelet,
      volumes,
      budgets,
      autoscalers,
      daemonSets,
      jobs,
      new EndpointsController(context),
      new AdoptionController(context),
      new GarbageCollector(context),
      new ApiServiceController(context),
      new QuotaController(context),
    ]);
  }

  start(): void {
    this.manager.start();
  }

  /** Resolves when there is nothing left to do before the next request or the passing of time. */
  idle(): Promise<void> {
    return this.context.queue.idle();
  }

  stop(): void {
    this.manager.stop();
  }
}
