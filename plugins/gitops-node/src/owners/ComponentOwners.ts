import { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { Entity, RELATION_OWNED_BY } from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';

/** References in one question to the catalog. */
const MOST_ASKED = 200;
const DEFAULT_KEPT_MS = 60_000;
/** What nobody asked for this many times as long is forgotten. */
const FORGOTTEN_AFTER = 10;
const FIELDS = [
  'kind',
  'metadata.name',
  'metadata.namespace',
  'relations.type',
  'relations.targetRef',
];

interface Answer {
  owner: string | undefined;
  at: number;
  askedAt: number;
}

/**
 * Who owns Components, as the catalog has it: the first target of `ownedBy`, in
 * the order of references. Questions that come together are asked together, and
 * an answer is good for a minute.
 *
 * @public
 */
export class ComponentOwners {
  private readonly catalog: Pick<CatalogService, 'getEntitiesByRefs'>;
  private readonly auth: Pick<AuthService, 'getOwnServiceCredentials'>;
  private readonly logger: LoggerService;
  private readonly keptMs: number;
  private readonly now: () => number;
  private readonly answers = new Map<string, Answer>();
  private readonly listeners: ((refs: ReadonlySet<string>) => void)[] = [];
  private readonly wanted = new Set<string>();
  private asking: Promise<void> | undefined;

  constructor(options: {
    catalog: Pick<CatalogService, 'getEntitiesByRefs'>;
    auth: Pick<AuthService, 'getOwnServiceCredentials'>;
    logger: LoggerService;
    /** Milliseconds for which an answer is good. Default a minute. */
    keptMs?: number;
    now?: () => number;
  }) {
    this.catalog = options.catalog;
    this.auth = options.auth;
    this.logger = options.logger;
    this.keptMs = options.keptMs ?? DEFAULT_KEPT_MS;
    this.now = options.now ?? Date.now;
  }

  /** Has a listener told which Components the catalog gave another owner. */
  onChange(listener: (componentRefs: ReadonlySet<string>) => void): void {
    this.listeners.push(listener);
  }

  /**
   * The owner as far as it is known at this moment, in full and in lower case;
   * what is not known, or has been for long, is asked for in the background.
   *
   * @param componentRef - in full and in lower case
   */
  ownerOf(componentRef: string): string | undefined {
    const answer = this.answers.get(componentRef);
    if (answer) {
      answer.askedAt = this.now();
    }
    if (!answer || this.now() - answer.at >= this.keptMs) {
      void this.ask(componentRef);
    }
    return answer?.owner;
  }

  /**
   * The owner, asked for where it is not known. Never fails: where the catalog
   * does not answer, what was known before holds.
   *
   * @param componentRef - in full and in lower case
   */
  async find(componentRef: string): Promise<string | undefined> {
    const answer = this.answers.get(componentRef);
    if (!answer || this.now() - answer.at >= this.keptMs) {
      await this.ask(componentRef);
    }
    return this.ownerOf(componentRef);
  }

  private async ask(componentRef: string): Promise<void> {
    this.wanted.add(componentRef);
    while (this.wanted.has(componentRef)) {
      this.asking ??= this.askAll().finally(() => {
        this.asking = undefined;
      });
      await this.asking;
    }
  }

  private async askAll(): Promise<void> {
    // Whoever asks in the same turn is asked for in the same question.
    await Promise.resolve();
    const wanted = [...this.wanted];
    const refs = wanted.slice(0, MOST_ASKED);
    const changed = new Set<string>();
    try {
      const { items } = await this.catalog.getEntitiesByRefs(
        { entityRefs: refs, fields: FIELDS },
        { credentials: await this.auth.getOwnServiceCredentials() },
      );
      refs.forEach((ref, i) => this.take(ref, ownerIn(items[i]), changed));
    } catch (error) {
      this.logger.warn(
        `The catalog did not tell who owns ${refs.length} Components: ${error}`,
      );
      // Asked again later, not at once.
      refs.forEach(ref =>
        this.take(ref, this.answers.get(ref)?.owner, changed),
      );
    }
    refs.forEach(ref => this.wanted.delete(ref));
    this.forget();
    if (changed.size > 0) {
      this.listeners.forEach(listener => listener(changed));
    }
  }

  private take(
    componentRef: string,
    owner: string | undefined,
    changed: Set<string>,
  ): void {
    const before = this.answers.get(componentRef);
    const at = this.now();
    this.answers.set(componentRef, {
      owner,
      at,
      askedAt: before?.askedAt ?? at,
    });
    if (before?.owner !== owner) {
      changed.add(componentRef);
    }
  }

  private forget(): void {
    for (const [ref, { askedAt }] of this.answers) {
      if (this.now() - askedAt > this.keptMs * FORGOTTEN_AFTER) {
        this.answers.delete(ref);
      }
    }
  }
}

function ownerIn(entity: Entity | undefined): string | undefined {
  const [first] = (entity?.relations ?? [])
    .filter(({ type }) => type === RELATION_OWNED_BY)
    .map(({ targetRef }) => targetRef.toLowerCase())
    .sort();
  return first;
}
