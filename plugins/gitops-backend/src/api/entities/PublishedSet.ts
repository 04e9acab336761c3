import { DigestedEntity } from './toPublishedEntity';

/** What changed between two states. */
export interface SetChanges {
  changed: DigestedEntity[];
  /** Entity references. */
  removed: string[];
}

interface Step {
  /** The state that the step led to. */
  state: string;
  entityRefs: string[];
}

const MODULUS = 1n << 256n;
/** Entities in all remembered steps. */
const MOST_REMEMBERED = 20_000;

/**
 * The entities that are published from one home, and what changed lately. A
 * state is a sum over what is in the set: replicas that see the same objects
 * have the same state, and one that is restarted has it again.
 */
export class PublishedSet {
  private present: ReadonlyMap<string, DigestedEntity> = new Map();
  private sorted: DigestedEntity[] | undefined;
  private sum = 0n;
  private remembered = 0;
  /** Of the first one only the state counts. */
  private steps: Step[] = [{ state: stateOf(0n), entityRefs: [] }];

  get state(): string {
    return this.steps[this.steps.length - 1].state;
  }

  get size(): number {
    return this.present.size;
  }

  /** Takes over what there is now. */
  update(present: ReadonlyMap<string, DigestedEntity>): void {
    const entityRefs: string[] = [];
    for (const [entityRef, { digest }] of present) {
      const before = this.present.get(entityRef);
      if (before?.digest !== digest) {
        entityRefs.push(entityRef);
        this.sum += digest - (before?.digest ?? 0n);
      }
    }
    for (const [entityRef, { digest }] of this.present) {
      if (!present.has(entityRef)) {
        entityRefs.push(entityRef);
        this.sum -= digest;
      }
    }
    this.present = present;
    if (entityRefs.length === 0) {
      return;
    }
    this.sorted = undefined;
    this.sum = ((this.sum % MODULUS) + MODULUS) % MODULUS;
    this.steps.push({ state: stateOf(this.sum), entityRefs });
    this.remembered += entityRefs.length;
    while (this.remembered > MOST_REMEMBERED) {
      this.steps.shift();
      this.remembered -= this.steps[0].entityRefs.length;
    }
  }

  /** Undefined where the state is not one that is remembered here. */
  since(state: string): SetChanges | undefined {
    const from = this.steps.findLastIndex(step => step.state === state);
    if (from < 0) {
      return undefined;
    }
    const entityRefs = new Set(
      this.steps.slice(from + 1).flatMap(step => step.entityRefs),
    );
    const changes: SetChanges = { changed: [], removed: [] };
    for (const entityRef of [...entityRefs].sort()) {
      const found = this.present.get(entityRef);
      if (found) {
        changes.changed.push(found);
      } else {
        changes.removed.push(entityRef);
      }
    }
    return changes;
  }

  /** A page of all, behind an entity reference. */
  page(after: string | undefined, limit: number): DigestedEntity[] {
    this.sorted ??= [...this.present.values()].sort((a, b) =>
      a.entityRef < b.entityRef ? -1 : 1,
    );
    const start =
      after === undefined
        ? 0
        : this.sorted.findIndex(({ entityRef }) => entityRef > after);
    return start < 0 ? [] : this.sorted.slice(start, start + limit);
  }
}

function stateOf(sum: bigint): string {
  return Buffer.from(sum.toString(16).padStart(64, '0'), 'hex').toString(
    'base64url',
  );
}
