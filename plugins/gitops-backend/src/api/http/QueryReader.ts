import { InvalidRequestError } from '../errors';

/**
 * Reads the query of a request, strictly: a parameter that nobody asked for, a
 * second value where one is meant and a bad value are refused by name.
 */
export class QueryReader {
  private readonly values: URLSearchParams;
  private readonly known = new Set<string>();

  /** @param url - path and query as the client sent them */
  constructor(url: string) {
    const start = url.indexOf('?');
    this.values = new URLSearchParams(start < 0 ? '' : url.slice(start + 1));
  }

  text(name: string, maxLength = 253): string | undefined {
    const values = this.texts(name, { maxLength });
    if (values && values.length > 1) {
      throw refused(name, `given ${values.length} times; expected one value`);
    }
    return values?.[0];
  }

  texts(
    name: string,
    options: { maxLength?: number; maxItems?: number } = {},
  ): string[] | undefined {
    const { maxLength = 253, maxItems = 50 } = options;
    this.known.add(name);
    if (!this.values.has(name)) {
      return undefined;
    }
    const values = this.values.getAll(name);
    if (values.length > maxItems) {
      throw refused(name, `given more than ${maxItems} times`);
    }
    for (const value of values) {
      if (value === '' || value.length > maxLength) {
        throw refused(
          name,
          value === ''
            ? 'it is empty; leave it out'
            : `longer than ${maxLength} characters`,
        );
      }
    }
    return values;
  }

  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : oneOf(name, value, allowed);
  }

  choices<T extends string>(
    name: string,
    allowed: readonly T[],
  ): T[] | undefined {
    return this.texts(name)?.map(value => oneOf(name, value, allowed));
  }

  flag(name: string): boolean | undefined {
    const value = this.choice(name, ['true', 'false']);
    return value === undefined ? undefined : value === 'true';
  }

  integer(
    name: string,
    range: { min: number; max: number },
  ): number | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (!(value >= range.min && value <= range.max)) {
      throw refused(
        name,
        `'${shown(text)}' is not allowed; expected a whole number from ${range.min} to ${range.max}`,
      );
    }
    return value;
  }

  /** Refuses what nobody asked for. */
  finish(): void {
    for (const name of this.values.keys()) {
      if (!this.known.has(name)) {
        throw refused(
          shown(name),
          this.known.size === 0
            ? 'there is no such parameter; this takes none'
            : `there is no such parameter; expected ${[...this.known].join(', ')}`,
        );
      }
    }
  }
}

function oneOf<T extends string>(
  name: string,
  value: string,
  allowed: readonly T[],
): T {
  const found = allowed.find(candidate => candidate === value);
  if (found === undefined) {
    throw refused(
      name,
      `'${shown(value)}' is not allowed; expected ${allowed.join(', ')}`,
    );
  }
  return found;
}

function refused(name: string, why: string): InvalidRequestError {
  return new InvalidRequestError(`Parameter '${name}': ${why}`);
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
