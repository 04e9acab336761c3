/**
 * Writes the CRDs of all kinds to `crds/`, one file each, and removes the files
 * of kinds that are no more. A test says when they are out of date.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringifyYaml } from '@backstage-gitops/kubernetes-yaml';
import { crdOf, gitopsKinds } from '../src';

const directory = resolve(__dirname, '../crds');
mkdirSync(directory, { recursive: true });
const written = new Set<string>();
for (const kind of gitopsKinds) {
  const file = `${kind.group}_${kind.plural}.yaml`;
  writeFileSync(join(directory, file), stringifyYaml(crdOf(kind)));
  written.add(file);
}
for (const file of readdirSync(directory)) {
  if (!written.has(file)) rmSync(join(directory, file));
}
process.stdout.write(`${written.size} CRDs written to ${directory}\n`);
