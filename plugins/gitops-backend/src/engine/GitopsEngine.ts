import { LoggerService, SchedulerService } from '@backstage/backend-plugin-api';
import { assertError } from '@backstage/errors';
import {
  Controller,
  gitopsKinds,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../homes/Home';
import { HomeClaim } from '../homes/HomeClaim';
import { HomeKeeper } from '../homes/HomeKeeper';
import { Homes } from '../homes/Homes';
import { HomeWatcher } from '../homes/HomeWatcher';
import { installCrds } from '../homes/installCrds';
import { OtherWriters } from '../homes/OtherWriters';
import { HomePins } from '../homes/pinHome';
import { backoffDelay } from './queue/backoff';
import { WorkQueue } from './queue/WorkQueue';
import { ReconcileEngine } from './reconcile/ReconcileEngine';
import { Reconciler } from './reconcile/Reconciler';
import { HistoryStore } from './report/HistoryStore';
import { pause } from '../util/pause';
import { ControllerPump } from './run/ControllerPump';

/** What {@link GitopsEngine} is made of. Times in milliseconds. */
export interface GitopsEngineOptions {
  homes: Homes;
  /** Homes whose missing CRDs are installed. */
  installCrdsIn: ReadonlySet<string>;
  reconcilers: readonly Reconciler[];
  pins: HomePins;
  engine: ReconcileEngine;
  /** The claims on the homes that the portal may write to, by name of the home. */
  claims: ReadonlyMap<string, HomeClaim>;
  queue: WorkQueue;
  history: HistoryStore;
  scheduler: SchedulerService;
  logger: LoggerService;
  concurrency: Partial<Record<Controller, number>>;
  /** How many that wait may be under way besides, for each of those. Default 1. */
  resting?: Partial<Record<Controller, number>>;
  pollMs: number;
  leaseMs: number;
  /** How long a claim on a home lives that nobody renews. */
  homeLeaseMs: number;
  historyMs: number;
  /** Deletes what nobody needs any more; called every now and then by one process. */
  cleanUp: (signal: AbortSignal) => Promise<unknown>;
  /** Called when the reconcilers are started. */
  onStart?: () => void;
  /** Ends what the reconcilers started; called once nothing runs any more. */
  onStop: () => Promise<void>;
  /** The catalog entity that an object is tied to, if it has one. */
  entityRefOf?: (home: Home, object: GitopsObject) => string | undefined;
  /** ConfigMaps and Secrets with such labels wake what refers to them. */
  watchConfigs?: string;
  /** Called after the cache of a home took over a change. */
  onChange?: (home: Home, object: GitopsObject) => void;
  now?: () => number;
}

/** Seconds between two runs of a controller's scheduled task. */
const TASK_SECONDS = 10;
/** A scheduled run starts at most this many items; the pump does the rest. */
const TASK_ITEMS = 500;

/**
 * Runs the controllers of one process: watches the homes, keeps the leases
 * alive, and works on the queue, by scheduled tasks that an administrator sees
 * among all others and by pumps that answer wakes between two of their runs.
 */
export class GitopsEngine {
  private readonly options: GitopsEngineOptions;
  private readonly pumps = new Map<Controller, ControllerPump>();
  private readonly stopping = new AbortController();
  private readonly background: Promise<unknown>[] = [];
  private readonly keepers = new Map<Home, HomeKeeper>();
  private heartbeat: NodeJS.Timeout | undefined;
  /** Resolves once each home was looked at, or did not answer. */
  prepared: Promise<void> = Promise.resolve();

  constructor(options: GitopsEngineOptions) {
    this.options = options;
    for (const { kind } of options.reconcilers) {
      if (!this.pumps.has(kind.controller)) {
        this.pumps.set(
          kind.controller,
          new ControllerPump({
            controller: kind.controller,
            queue: options.queue,
            run: claim => options.engine.run(claim),
            homes: () =>
              options.homes
                .list()
                .filter(home => home.modeOf(kind.controller) !== 'observe')
                .map(({ name }) => name),
            concurrency: options.concurrency[kind.controller] ?? 4,
            resting: options.resting?.[kind.controller],
            logger: options.logger,
            pollMs: options.pollMs,
          }),
        );
      }
    }
  }

  async start(): Promise<void> {
    const { queue, leaseMs, logger, homes, claims } = this.options;
    for (const home of homes.list()) {
      this.keepers.set(
        home,
        new HomeKeeper({
          home,
          writers: new OtherWriters({ home, logger }),
          claim: claims.get(home.name),
          controllers: [...this.pumps.keys()],
        }),
      );
    }
    this.heartbeat = setInterval(() => {
      queue.heartbeat().catch(error => {
        logger.warn(`The leases could not be prolonged: ${error}`);
      });
      this.recoverLost().catch(error => {
        logger.warn(`Lost work could not be looked for: ${error}`);
      });
    }, leaseMs / 3);
    this.heartbeat.unref();
    this.prepared = Promise.all(
      [...this.keepers].map(
        ([home, keeper]) =>
          new Promise<void>(resolve => {
            this.background.push(this.tend(home, keeper, resolve));
          }),
      ),
    ).then(() => {});
    this.options.onStart?.();
    for (const [controller, pump] of this.pumps) {
      pump.start();
      await this.schedule(controller, pump);
    }
    await this.options.scheduler.scheduleTask({
      id: 'gitops-cleanup',
      scope: 'global',
      frequency: { hours: 1 },
      initialDelay: { minutes: 5 },
      timeout: { minutes: 30 },
      signal: this.stopping.signal,
      fn: async signal => {
        await this.options.cleanUp(signal);
      },
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.heartbeat);
    this.options.reconcilers.forEach(reconciler => reconciler.stop?.());
    await Promise.all([...this.pumps.values()].map(pump => pump.stop()));
    await this.options.onStop();
    await Promise.all(this.background);
    await Promise.all(
      [...this.keepers].map(async ([home, keeper]) => {
        try {
          await keeper.release();
        } catch (error) {
          this.options.logger.warn(
            `The claim on home ${home.name} was not let go of, it runs out: ${error}`,
          );
        }
        await home.client.close();
      }),
    );
  }

  /** Installs what the home lacks and watches it; a home that is down is tried again. */
  private async tend(
    home: Home,
    keeper: HomeKeeper,
    onLooked: () => void,
  ): Promise<void> {
    const { signal } = this.stopping;
    let before = '';
    await this.untilItWorks(home, async () => {
      await keeper.look(signal).finally(onLooked);
      before = keeper.modes;
      await this.prepare(home);
    });
    onLooked();
    if (signal.aborted) {
      return;
    }
    const watcher = new HomeWatcher({
      home,
      reconcilers: this.options.reconcilers,
      otherKinds: gitopsKinds.filter(
        other => !this.options.reconcilers.some(({ kind }) => kind === other),
      ),
      queue: this.options.queue,
      writers: keeper.writers,
      watchConfigs: this.options.watchConfigs,
      logger: this.options.logger,
      entityRefOf: this.options.entityRefOf,
      onChange: this.options.onChange,
    });
    let ofThisCluster = new AbortController();
    const keepWatching = async () => {
      while (!signal.aborted) {
        ofThisCluster = new AbortController();
        await watcher.run(AbortSignal.any([signal, ofThisCluster.signal]));
      }
    };
    const keepLooking = async () => {
      while (!signal.aborted) {
        await pause(this.options.homeLeaseMs / 3, signal);
        const cluster = home.replaced?.is;
        before = await this.lookAgain(home, keeper, watcher, before);
        if (home.replaced?.is !== cluster) {
          // A watch that goes on from a version of the other cluster may miss
          // what was there before it came.
          ofThisCluster.abort();
        }
      }
    };
    await Promise.all([keepWatching(), keepLooking()]);
  }

  /** What may be done in a home changes while it is watched; gives what may be now. */
  private async lookAgain(
    home: Home,
    keeper: HomeKeeper,
    watcher: HomeWatcher,
    before: string,
  ): Promise<string> {
    const { signal } = this.stopping;
    try {
      if (!signal.aborted) {
        await keeper.look(signal);
        await this.checkPin(home);
      }
      if (keeper.modes !== before && !signal.aborted) {
        await this.prepare(home);
        watcher.resume();
        return keeper.modes;
      }
    } catch (error) {
      // The watches say, too, when it does not answer.
      if (!signal.aborted) {
        this.options.logger.warn(
          `Home ${home.name} could not be asked who writes to it: ${error}`,
        );
      }
    }
    return before;
  }

  private async prepare(home: Home): Promise<void> {
    const { installCrdsIn, logger } = this.options;
    await this.checkPin(home);
    if (installCrdsIn.has(home.name) && home.mode === 'reconcile') {
      await installCrds({
        client: home.client,
        kinds: gitopsKinds,
        logger,
        signal: this.stopping.signal,
      });
    }
  }

  /** Where nothing is written, nothing is pruned, whichever cluster it is. */
  private async checkPin(home: Home): Promise<void> {
    if (home.mode !== 'observe' && !this.stopping.signal.aborted) {
      await this.options.pins.check(home);
    }
  }

  private async untilItWorks(
    home: Home,
    step: () => Promise<unknown>,
  ): Promise<void> {
    const { signal } = this.stopping;
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        await step();
        return;
      } catch (error) {
        assertError(error);
        if (signal.aborted) {
          return;
        }
        home.markFailed(error.message);
        const delay = backoffDelay(failures, { minMs: 1_000, maxMs: 60_000 });
        this.options.logger.warn(
          `Home ${home.name} could not be prepared, trying again in ${delay / 1000} s: ${error.message}`,
        );
        await pause(delay, signal);
      }
    }
  }

  private async recoverLost(): Promise<void> {
    const recovered = await this.options.queue.recoverLost();
    if (recovered > 0) {
      this.options.logger.info(
        `${recovered} objects whose process ended before their run did were returned to the queue`,
      );
    }
  }

  private async schedule(
    controller: Controller,
    pump: ControllerPump,
  ): Promise<void> {
    const { scheduler, history, historyMs } = this.options;
    const now = this.options.now ?? Date.now;
    await scheduler.scheduleTask({
      id: `gitops-${controller}`,
      scope: 'local',
      frequency: { seconds: TASK_SECONDS },
      timeout: { minutes: 15 },
      signal: this.stopping.signal,
      fn: async signal => {
        await this.recoverLost();
        await pump.drain({ maxItems: TASK_ITEMS, signal });
        await history.expire(now() - historyMs);
      },
    });
  }
}
