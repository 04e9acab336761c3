import { LoggerService, SchedulerService } from '@backstage/backend-plugin-api';
import { assertError } from '@backstage/errors';
import {
  Controller,
  GitopsKind,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../homes/Home';
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
import { ControllerPump } from './run/ControllerPump';

/** What {@link GitopsEngine} is made of. Times in milliseconds. */
export interface GitopsEngineOptions {
  homes: Homes;
  /** Homes whose missing CRDs are installed. */
  installCrdsIn: ReadonlySet<string>;
  reconcilers: readonly Reconciler[];
  pins: HomePins;
  engine: ReconcileEngine;
  queue: WorkQueue;
  history: HistoryStore;
  scheduler: SchedulerService;
  logger: LoggerService;
  concurrency: Partial<Record<Controller, number>>;
  pollMs: number;
  leaseMs: number;
  historyMs: number;
  /** Ends what the reconcilers started; called once nothing runs any more. */
  onStop: () => Promise<void>;
  /** The catalog entity that an object is tied to, if it has one. */
  entityRefOf?: (home: Home, object: GitopsObject) => string | undefined;
  /** Called after the cache of a home took over a change. */
  onChange?: (home: Home, object: GitopsObject) => void;
  now?: () => number;
}

/** Seconds between two runs of a controller's scheduled task. */
const TASK_SECONDS = 10;
/** Between two looks for Flux's controllers in a home. */
const WRITER_CHECK_MS = 30_000;
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
  private heartbeat: NodeJS.Timeout | undefined;

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
            concurrency: options.concurrency[kind.controller] ?? 4,
            logger: options.logger,
            pollMs: options.pollMs,
          }),
        );
      }
    }
  }

  async start(): Promise<void> {
    const { queue, leaseMs, logger } = this.options;
    this.heartbeat = setInterval(() => {
      queue.heartbeat().catch(error => {
        logger.warn(`The leases could not be prolonged: ${error}`);
      });
    }, leaseMs / 3);
    this.heartbeat.unref();
    for (const home of this.options.homes.list()) {
      this.background.push(this.tend(home));
    }
    for (const [controller, pump] of this.pumps) {
      pump.start();
      await this.schedule(controller, pump);
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.heartbeat);
    await Promise.all([...this.pumps.values()].map(pump => pump.stop()));
    await this.options.onStop();
    await Promise.all(this.background);
    await Promise.all(
      this.options.homes.list().map(home => home.client.close()),
    );
  }

  /** Installs what the home lacks and watches it; a home that is down is tried again. */
  private async tend(home: Home): Promise<void> {
    const { signal } = this.stopping;
    const { logger, reconcilers } = this.options;
    const kinds = reconcilers.map(({ kind }): GitopsKind => kind);
    const writers = new OtherWriters({ home, logger });
    await this.untilItWorks(home, async () => {
      await writers.check();
      await this.checkPin(home);
      if (
        this.options.installCrdsIn.has(home.name) &&
        home.mode === 'reconcile'
      ) {
        await installCrds({ client: home.client, kinds, logger, signal });
      }
    });
    if (signal.aborted) {
      return;
    }
    const watcher = new HomeWatcher({
      home,
      reconcilers,
      queue: this.options.queue,
      logger,
      entityRefOf: this.options.entityRefOf,
      onChange: this.options.onChange,
    });
    const watchWriters = async () => {
      while (!signal.aborted) {
        await pause(WRITER_CHECK_MS, signal);
        if (!signal.aborted && (await writers.check()) && !home.writer) {
          watcher.resume();
        }
        await this.checkPin(home).catch(() => {
          // The watches say that it does not answer.
        });
      }
    };
    await Promise.all([watcher.run(signal), watchWriters()]);
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

  private async schedule(
    controller: Controller,
    pump: ControllerPump,
  ): Promise<void> {
    const { scheduler, queue, history, historyMs, logger } = this.options;
    const now = this.options.now ?? Date.now;
    await scheduler.scheduleTask({
      id: `gitops-${controller}`,
      scope: 'local',
      frequency: { seconds: TASK_SECONDS },
      timeout: { minutes: 15 },
      signal: this.stopping.signal,
      fn: async signal => {
        const recovered = await queue.recoverLost();
        if (recovered > 0) {
          logger.info(
            `${recovered} objects whose process ended before their run did were returned to the queue`,
          );
        }
        await pump.drain({ maxItems: TASK_ITEMS, signal });
        await history.expire(now() - historyMs);
      },
    });
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
