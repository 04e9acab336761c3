import { LoggerService } from '@backstage/backend-plugin-api';
import { assertError } from '@backstage/errors';
import {
  ConditionType,
  Receiver,
  receiverKind,
} from '@backstage-gitops/plugin-gitops-common';
import { timingSafeEqual } from 'node:crypto';
import { workId } from '../../../engine/queue/WorkQueue';
import { Home } from '../../../homes/Home';
import { Homes } from '../../../homes/Homes';
import { ReceiverSecret } from './ReceiverSecret';
import { ResourceFilters } from './ResourceFilter';
import { TokenVerifier } from './TokenVerifier';
import { wakeResources } from './wakeResources';
import { VerifiedCall, WebhookCall, WebhookRefusedError } from './WebhookCall';
import { WebhookCalls } from './WebhookCalls';
import { webhookTypeOf } from './webhookTypes';

/** What {@link Webhooks} are made of. */
export interface WebhooksOptions {
  homes: Homes;
  calls: WebhookCalls;
  verifier: TokenVerifier;
  noCrossNamespaceRefs: boolean;
  logger: LoggerService;
  now?: () => number;
}

/** What a caller is told: an HTTP status, and a sentence without secrets. */
export interface WebhookAnswer {
  status: 200 | 400 | 404 | 409 | 500 | 503;
  code: string;
  message: string;
}

/** A Receiver whose webhook is called, and its home. */
export interface CalledReceiver {
  home: Home;
  receiver: Receiver;
}

/** Longer than any service waits for an answer. */
const TIMEOUT_MS = 30_000;

/** Takes the calls of webhooks and wakes what Receivers name (Flux 2.9). */
export class Webhooks {
  private readonly options: WebhooksOptions;
  private readonly now: () => number;

  constructor(options: WebhooksOptions) {
    this.options = options;
    this.now = options.now ?? Date.now;
  }

  /** The Receiver that a path belongs to, of a home that the portal reconciles. */
  find(path: string): CalledReceiver | undefined {
    const given = Buffer.from(path);
    for (const home of this.options.homes.list()) {
      if (home.modeOf(receiverKind.controller) === 'observe') {
        continue;
      }
      for (const object of home.cache.list(receiverKind.kind)) {
        const receiver = object as Receiver;
        const own = Buffer.from(receiver.status?.webhookPath ?? '');
        if (own.length === given.length && timingSafeEqual(own, given)) {
          return { home, receiver };
        }
      }
    }
    return undefined;
  }

  async handle(
    { home, receiver }: CalledReceiver,
    call: WebhookCall,
  ): Promise<WebhookAnswer> {
    const { metadata, spec } = receiver;
    const { namespace = 'default', name } = metadata;
    const logger = this.options.logger.child({
      ...{ home: home.name, kind: receiverKind.kind, namespace, name },
    });
    const closed = closedBecause(home, receiver);
    if (closed) {
      logger.warn(`A call of the webhook is not taken: ${closed}`);
      return { status: 503, code: 'WEBHOOK_CLOSED', message: closed };
    }
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const verified = await this.verify(home, receiver, call, signal);
      return await this.once(home, receiver, verified, async () => {
        const passes = new ResourceFilters(spec).open(call, verified);
        const { objects, problems } = await wakeResources(home, receiver, {
          ...{ passes, signal, time: new Date(this.now()).toISOString() },
          noCrossNamespaceRefs: this.options.noCrossNamespaceRefs,
        });
        const woken = `${objects.length} ${objects.length === 1 ? 'object' : 'objects'} asked to reconcile`;
        if (problems.length > 0) {
          const message = `${woken}, and not: ${problems.join('; ')}`;
          logger.warn(message);
          return { status: 500, code: 'WEBHOOK_FAILED', message };
        }
        logger.info(`The webhook was called: ${woken}`);
        return { status: 200, code: 'OK', message: woken };
      });
    } catch (error) {
      assertError(error);
      if (error instanceof WebhookRefusedError) {
        const { code, message } = error;
        logger.warn(`A call of the webhook is refused: ${message}`, { code });
        const status = code === 'WEBHOOK_REPEATED' ? 409 : 400;
        return { status, code, message };
      }
      logger.error(`A call of the webhook failed: ${error.message}`);
      const message =
        'the call could not be handled; the log of the portal says why';
      return { status: 500, code: 'WEBHOOK_FAILED', message };
    }
  }

  private async verify(
    home: Home,
    receiver: Receiver,
    call: WebhookCall,
    signal: AbortSignal,
  ): Promise<VerifiedCall> {
    const { spec } = receiver;
    const secret = await ReceiverSecret.read(home, receiver, signal);
    return webhookTypeOf(spec, this.options.verifier).verify(call, {
      token: secret.token,
      secret: key => secret.get(key),
      events: spec.events,
    });
  }

  /** A call that was taken is not taken again; one that failed may come again. */
  private async once(
    home: Home,
    { metadata }: Receiver,
    { identity }: VerifiedCall,
    work: () => Promise<WebhookAnswer>,
  ): Promise<WebhookAnswer> {
    if (identity === undefined) {
      return work();
    }
    const { calls } = this.options;
    const { group, kind } = receiverKind;
    const { namespace = 'default', name } = metadata;
    const id = workId({ home: home.name, group, kind, namespace, name });
    if (!(await calls.take(id, identity, this.now()))) {
      throw new WebhookRefusedError(
        'WEBHOOK_REPEATED',
        'this call was taken before; a new one has another body or token',
      );
    }
    let isTaken = false;
    try {
      const answer = await work();
      isTaken = answer.status === 200;
      return answer;
    } finally {
      if (!isTaken) {
        await calls.giveBack(id, identity);
      }
    }
  }
}

/** Why nothing is taken just now. */
function closedBecause(
  home: Home,
  { spec, status }: Receiver,
): string | undefined {
  if (home.modeOf(receiverKind.controller) !== 'reconcile') {
    return 'the portal only plans in this home, and wakes nothing';
  }
  if (spec.suspend) {
    return 'the Receiver is suspended';
  }
  const ready = status?.conditions?.find(
    ({ type }) => type === ConditionType.Ready,
  );
  return ready?.status === 'True' ? undefined : 'the Receiver is not Ready';
}
