import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import {
  SopsKeyType,
  SopsMasterKey,
} from '@backstage-gitops/plugin-gitops-node';
import { RE2JS } from 're2js';
import { SopsError } from './SopsError';

/** Which values of a document are encrypted; one rule at most. */
export type SopsSelection =
  | { by: 'suffix'; text: string; encrypted: boolean }
  | { by: 'key' | 'comment'; pattern: RE2JS; encrypted: boolean };

/** What SOPS writes into a file beside its values (SOPS 3.13). */
export interface SopsMetadata {
  /** Of each group one key must open its part of the data key. */
  groups: SopsMasterKey[][];
  /** Parts that are needed, where there are several groups. */
  threshold: number;
  /** As it was written, in RFC 3339; the MAC is bound to it. */
  lastModified: string;
  /** Encrypted. */
  mac: string;
  macOnlyEncrypted: boolean;
  selection: SopsSelection;
}

const DEFAULT_SUFFIX = '_unencrypted';

const KEY_TYPES: readonly SopsKeyType[] = [
  'kms',
  'gcp_kms',
  'hckms',
  'azure_kv',
  'hc_vault',
  'pgp',
  'age',
];

/** @throws SopsError */
export function readMetadata(sops: unknown): SopsMetadata {
  if (!isJsonObject(sops)) {
    throw bad('there is no metadata of sops in it');
  }
  const lastModified = sops.lastmodified;
  if (
    typeof lastModified !== 'string' ||
    Number.isNaN(Date.parse(lastModified))
  ) {
    throw bad('the metadata of sops has no time in lastmodified');
  }
  const groups = Array.isArray(sops.key_groups)
    ? sops.key_groups.map(readGroup)
    : [readGroup(sops)];
  return {
    groups,
    threshold: Number(sops.shamir_threshold ?? 0) || groups.length,
    lastModified: rfc3339(lastModified),
    mac: typeof sops.mac === 'string' ? sops.mac : '',
    macOnlyEncrypted: String(sops.mac_only_encrypted) === 'true',
    selection: readSelection(sops),
  };
}

function readGroup(group: unknown): SopsMasterKey[] {
  if (!isJsonObject(group)) {
    throw bad('a key group of the metadata is none');
  }
  return KEY_TYPES.flatMap(type => {
    const keys = group[type] ?? [];
    if (!Array.isArray(keys)) {
      throw bad(`the keys of ${type} in the metadata are no list`);
    }
    return keys.map(key => {
      if (!isJsonObject(key) || typeof key.enc !== 'string') {
        throw bad(`a key of ${type} in the metadata holds no data key`);
      }
      const { enc, ...fields } = key;
      return { type, enc: key.enc, fields };
    });
  });
}

function readSelection(sops: Record<string, unknown>): SopsSelection {
  const text = (name: string) => {
    const value = sops[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const rules: SopsSelection[] = [];
  for (const encrypted of [false, true]) {
    const prefix = encrypted ? 'encrypted' : 'unencrypted';
    const suffix = text(`${prefix}_suffix`);
    if (suffix !== undefined) {
      rules.push({ by: 'suffix', text: suffix, encrypted });
    }
    for (const by of ['key', 'comment'] as const) {
      const source = text(`${prefix}_${by === 'key' ? '' : 'comment_'}regex`);
      if (source !== undefined) {
        rules.push({ by, pattern: compile(source), encrypted });
      }
    }
  }
  if (rules.length > 1) {
    throw bad('the metadata has more than one rule of what is encrypted');
  }
  return rules[0] ?? { by: 'suffix', text: DEFAULT_SUFFIX, encrypted: false };
}

/** RE2 has no backreferences and no lookaround, so it cannot be made to hang. */
function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    throw new SopsError(
      'SOPS_FORMAT',
      'a pattern in the metadata is no regular expression',
      error,
    );
  }
}

/** As Go formats the time that it read: without fractions of a second. */
function rfc3339(text: string): string {
  return text.replace(/\.\d+/, '');
}

function bad(problem: string): SopsError {
  return new SopsError('SOPS_FORMAT', problem);
}
