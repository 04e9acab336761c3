/** A generator of random numbers that gives the same ones for a seed (mulberry32). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 to 1, without 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }

  /** One of the values, by their weights. */
  weighted<T>(values: readonly (readonly [weight: number, value: T])[]): T {
    let at = this.next() * values.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of values) {
      at -= weight;
      if (at < 0) {
        return value;
      }
    }
    return values[values.length - 1][1];
  }
}

/** What an object of {@link RandomSet} can be. */
const FORMS = [
  'ConfigMap',
  'Secret',
  'Service',
  'ServiceAccount',
  'Role',
  'ClusterRole',
  'Immutable',
] as const;

type Form = (typeof FORMS)[number];

interface Item {
  form: Form;
  name: string;
  namespace: string;
  value: number;
}

/** Namespaces that are there before anything is delivered. */
export const NAMESPACES = ['team-a', 'team-b', 'team-c'] as const;

const GROUPS: Record<Form, string> = {
  ConfigMap: '_ConfigMap',
  Immutable: '_ConfigMap',
  Secret: '_Secret',
  Service: '_Service',
  ServiceAccount: '_ServiceAccount',
  Role: 'rbac.authorization.k8s.io_Role',
  ClusterRole: 'rbac.authorization.k8s.io_ClusterRole',
};

/** The objects of a directory in Git, and edits of them. */
export class RandomSet {
  readonly items = new Map<string, Item>();
  /** A file that no YAML reader takes. */
  isBroken = false;

  constructor(
    readonly directory: string,
    private readonly random: Random,
    private readonly newName: () => string,
  ) {}

  add(): string {
    const item: Item = {
      form: this.random.pick(FORMS),
      name: this.newName(),
      namespace: this.random.pick(NAMESPACES),
      value: this.random.below(1_000),
    };
    this.items.set(item.name, item);
    return `add ${item.form} ${item.name} to ${this.directory}`;
  }

  change(): string {
    const item = this.any();
    if (!item) {
      return this.add();
    }
    item.value += 1;
    return `change ${item.form} ${item.name}`;
  }

  relocate(): string {
    const item = this.any();
    if (!item) {
      return this.add();
    }
    item.namespace = this.random.pick(NAMESPACES);
    return `${item.name} to namespace ${item.namespace}`;
  }

  rename(): string {
    const item = this.any();
    if (!item) {
      return this.add();
    }
    this.items.delete(item.name);
    const name = this.newName();
    this.items.set(name, { ...item, name });
    return `rename ${item.name} to ${name}`;
  }

  remove(): string {
    const item = this.any();
    if (!item) {
      return this.add();
    }
    this.items.delete(item.name);
    return `remove ${item.form} ${item.name} from ${this.directory}`;
  }

  /** An object goes to another directory. */
  moveTo(other: RandomSet): string {
    const item = this.any();
    if (!item) {
      return this.add();
    }
    this.items.delete(item.name);
    other.items.set(item.name, item);
    return `move ${item.form} ${item.name} from ${this.directory} to ${other.directory}`;
  }

  /** Whether a change of it needs `spec.force`, or may. */
  get hasImmutable(): boolean {
    return [...this.items.values()].some(({ form }) => form === 'Immutable');
  }

  /** By path. There is always a directory. */
  files(): Record<string, string> {
    const files: Record<string, string> = {
      [`${this.directory}/README.md`]: 'Of a random test.\n',
    };
    for (const item of this.items.values()) {
      files[`${this.directory}/${item.name}.yaml`] = manifestOf(item);
    }
    if (this.isBroken) {
      files[`${this.directory}/broken.yaml`] = 'kind: [ConfigMap\n  x: : y\n';
    }
    return files;
  }

  /** Ids of an inventory, sorted. */
  ids(options: { targetNamespace?: string; namePrefix?: string }): string[] {
    return [...this.items.values()]
      .map(({ form, name, namespace }) => {
        const place =
          form === 'ClusterRole' ? '' : (options.targetNamespace ?? namespace);
        return `${place}_${options.namePrefix ?? ''}${name}_${GROUPS[form]}`;
      })
      .sort();
  }

  private any(): Item | undefined {
    const items = [...this.items.values()];
    return items.length > 0 ? this.random.pick(items) : undefined;
  }
}

function manifestOf({ form, name, namespace, value }: Item): string {
  const metadata = { name, namespace, labels: { value: String(value % 7) } };
  const of = (apiVersion: string, kind: string, rest: object) =>
    JSON.stringify({ apiVersion, kind, metadata, ...rest });
  const rules = [
    { apiGroups: [''], resources: ['pods'], verbs: ['get', `v${value}`] },
  ];
  switch (form) {
    case 'Secret':
      return of('v1', 'Secret', { stringData: { [`key-${value}`]: 'x' } });
    case 'Service':
      return of('v1', 'Service', {
        spec: { ports: [{ name: 'http', port: 1_000 + value }] },
      });
    case 'ServiceAccount':
      return of('v1', 'ServiceAccount', {
        automountServiceAccountToken: value % 2 === 0,
      });
    case 'Role':
      return of('rbac.authorization.k8s.io/v1', 'Role', { rules });
    case 'ClusterRole':
      return JSON.stringify({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name, labels: metadata.labels },
        rules,
      });
    case 'Immutable':
      return of('v1', 'ConfigMap', {
        immutable: true,
        data: { value: String(value) },
      });
    default:
      return of('v1', 'ConfigMap', {
        data: { value: String(value), [`only-${value}`]: 'x' },
      });
  }
}
