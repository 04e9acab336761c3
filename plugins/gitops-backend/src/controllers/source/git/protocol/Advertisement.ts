import { GitError } from '../GitError';
import { OID_BYTES, ObjectFormat } from '../objects/objectFormat';
import { printable } from '../ssh/printable';
import { RemoteReference } from '../resolveReference';
import { Packet, PacketReader } from './PacketReader';

/** References of one listing that are kept; more are refused. */
export const MOST_REFERENCES = 500_000;

/** What a server says before it is asked. */
export interface Advertisement {
  version: 0 | 2;
  format: ObjectFormat;
  /** By name; the value is what stands behind `=`. */
  capabilities: ReadonlyMap<string, string>;
  /** Version 0 only: references below the prefixes that were asked for. */
  references: RemoteReference[];
  /** Version 0 only: whether it has references at all. */
  isEmpty: boolean;
}

/**
 * Reads how a server presents itself, in versions 0, 1 or 2 of the protocol.
 *
 * @throws GitError
 */
export async function readAdvertisement(
  reader: PacketReader,
  prefixes: readonly string[],
): Promise<Advertisement> {
  let first = await line(reader);
  if (first?.startsWith('# service=')) {
    // Smart HTTP puts this in front, with a flush of its own.
    await line(reader);
    first = await line(reader);
  }
  if (first === 'version 2') {
    const capabilities = new Map<string, string>();
    for (let next = await line(reader); next; next = await line(reader)) {
      addCapability(capabilities, next);
    }
    return {
      version: 2,
      ...{ format: formatOf(capabilities), capabilities },
      ...{ references: [], isEmpty: false },
    };
  }
  return readReferences(
    reader,
    first === 'version 1' ? await line(reader) : first,
    prefixes,
  );
}

async function readReferences(
  reader: PacketReader,
  first: string | undefined,
  prefixes: readonly string[],
): Promise<Advertisement> {
  const [head = '', features = ''] = first?.split('\0') ?? [];
  const capabilities = new Map<string, string>();
  features
    .split(' ')
    .filter(Boolean)
    .forEach(feature => addCapability(capabilities, feature));
  const format = formatOf(capabilities);
  const symbolic = /^HEAD:(.+)$/.exec(capabilities.get('symref') ?? '')?.[1];
  const references: RemoteReference[] = [];
  let isEmpty = true;
  let last: RemoteReference | undefined;
  for (
    let next: string | undefined = head || undefined;
    next !== undefined;
    next = await line(reader)
  ) {
    const [oid, ref] = split(next);
    if (oid === 'shallow' || ref === 'capabilities^{}') {
      continue;
    }
    requireOid(oid, format);
    isEmpty = false;
    if (ref.endsWith('^{}')) {
      if (last && last.ref === ref.slice(0, -3)) {
        last.peeled = oid;
      }
      continue;
    }
    last = { ref, oid };
    if (ref === 'HEAD' && symbolic) {
      last.symbolic = symbolic;
    }
    if (prefixes.some(prefix => ref.startsWith(prefix))) {
      keep(references, last);
    }
  }
  return { version: 0, format, capabilities, references, isEmpty };
}

/**
 * Reads what version 2 answers to `ls-refs`.
 *
 * @throws GitError
 */
export async function readListing(
  reader: PacketReader,
  format: ObjectFormat,
): Promise<RemoteReference[]> {
  const references: RemoteReference[] = [];
  for (
    let next = await line(reader);
    next !== undefined;
    next = await line(reader)
  ) {
    const [oid, ref, ...attributes] = next.split(' ');
    if (oid === 'unborn') {
      continue;
    }
    requireOid(oid, format);
    const reference: RemoteReference = { ref, oid };
    for (const attribute of attributes) {
      const [name, value] = cut(attribute, ':');
      if (name === 'peeled') {
        requireOid(value, format);
        reference.peeled = value;
      } else if (name === 'symref-target') {
        reference.symbolic = value;
      }
    }
    keep(references, reference);
  }
  return references;
}

/** A line of text; undefined for a packet that separates. @throws GitError */
export async function line(reader: PacketReader): Promise<string | undefined> {
  return textOf(await reader.next());
}

/** @throws GitError what the server says in an error packet */
export function textOf(packet: Packet): string | undefined {
  if (typeof packet === 'string') {
    return undefined;
  }
  const text = packet.toString('utf8').replace(/\n$/, '');
  if (text.startsWith('ERR ')) {
    throw refusal(text.slice(4));
  }
  return text;
}

/** What a server refuses, by what it says. */
export function refusal(said: string): GitError {
  const text = printable(said);
  if (/not our ref|unadvertised object/i.test(said)) {
    return new GitError(
      'GIT_REF_NOT_FOUND',
      `the server does not give what was asked for (it says: ${text})`,
    );
  }
  return /not found|does not (exist|appear)|access denied|no such repo/i.test(
    said,
  )
    ? new GitError(
        'GIT_NOT_FOUND',
        `there is no repository at this address that may be read; check spec.url (it says: ${text})`,
      )
    : new GitError('GIT_PROTOCOL', `the server refuses (it says: ${text})`);
}

function keep(references: RemoteReference[], found: RemoteReference): void {
  if (references.length >= MOST_REFERENCES) {
    throw new GitError(
      'GIT_TOO_LARGE',
      `the repository has more than ${MOST_REFERENCES} references of the kind that is asked for`,
    );
  }
  references.push(found);
}

function addCapability(to: Map<string, string>, text: string): void {
  const [name, value] = cut(text, '=');
  // HEAD is the only symbolic reference that matters to us.
  if (name !== 'symref' || value.startsWith('HEAD:')) {
    to.set(name, value);
  }
}

function formatOf(capabilities: ReadonlyMap<string, string>): ObjectFormat {
  const format = capabilities.get('object-format') ?? 'sha1';
  if (format !== 'sha1' && format !== 'sha256') {
    throw new GitError(
      'GIT_PROTOCOL',
      `the repository names its objects by ${printable(format)}, which is not supported; sha1 and sha256 are`,
    );
  }
  return format;
}

function requireOid(oid: string, format: ObjectFormat): void {
  if (oid.length !== OID_BYTES[format] * 2 || !/^[0-9a-f]+$/.test(oid)) {
    throw new GitError(
      'GIT_NOT_A_REPOSITORY',
      'the server lists references in a form that no Git repository has; check spec.url',
    );
  }
}

function split(text: string): [string, string] {
  return cut(text, ' ');
}

function cut(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0
    ? [text, '']
    : [text.slice(0, index), text.slice(index + at.length)];
}
