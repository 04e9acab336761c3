import type { ClusterClient } from '../client/ClusterClient';

/** What a client was asked for, in order; a method's name for each call. */
export interface Observed {
  client: ClusterClient;
  calls: string[];
  /** How many of these there were; all without a name. */
  count(...methods: string[]): number;
}

const REQUESTS = [
  'get',
  'list',
  'create',
  'replace',
  'apply',
  'patch',
  'delete',
];

/**
 * A client that tells what it is asked for. `after` runs after each answer and
 * before the caller has it: the place for somebody else to be faster.
 */
export function observed(
  client: ClusterClient,
  after: (call: string) => Promise<unknown> | void = () => undefined,
): Observed {
  const calls: string[] = [];
  const observer = new Proxy(client, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const method = value.bind(target);
      const name = String(property);
      if (!REQUESTS.includes(name)) return method;
      return async (...args: unknown[]) => {
        const options = args[1] as { dryRun?: boolean } | undefined;
        const call = options?.dryRun ? `${name} dry-run` : name;
        calls.push(call);
        const answer: unknown = await method(...args);
        await after(call);
        return answer;
      };
    },
  });
  return {
    client: observer,
    calls,
    count: (...methods) =>
      calls.filter(call => methods.length === 0 || methods.includes(call))
        .length,
  };
}
