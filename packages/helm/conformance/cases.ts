import { readFileSync } from 'node:fs';

/** What came of a case. */
export interface CaseResult {
  name: string;
  category: string;
  /** What was to come: an output, to the byte, or an error. */
  kind: 'output' | 'error';
  status: 'passed' | 'failed';
  /** Why not. */
  reason?: string;
  /** What was to come and what came, where they differ. */
  expected?: string;
  actual?: string;
}

/** A line of a file of cases. */
export interface Case {
  name: string;
  expectedError?: string;
  [key: string]: unknown;
}

export function readCases(file: string): Case[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Case);
}

/** Data with tags for what JSON lacks; here, only integers come. */
export function untag(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(untag);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0][0] === '$int64') {
    return BigInt(entries[0][1] as string);
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, untag(item)]));
}

/** Tells values apart that differ in type, order of keys aside. */
export function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, item) => {
      if (typeof item === 'bigint') {
        return { $int64: String(item) };
      }
      return typeof item === 'object' && item !== null && !Array.isArray(item)
        ? Object.fromEntries(
            Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)),
          )
        : item;
    },
    2,
  );
}

/** The template and line that an error names, if it does. */
export function placeIn(error: string): string | undefined {
  return /[^\s(:]+\/templates\/[^\s:]+:\d+/.exec(error)?.[0];
}
