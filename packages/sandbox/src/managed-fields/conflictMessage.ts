import type { ManagerIdentity } from './entries';
import { managerIdentity } from './entries';
import { printPath } from './path';
import type { FieldConflict } from './updater';

/** A cause of a conflict as the Status object lists it. */
export interface ConflictCause {
  reason: 'FieldManagerConflict';
  message: string;
  field: string;
}

/** Message and causes of a conflict in the API server's words (apimachinery 0.34, `conflict.go`). */
export function conflictMessage(conflicts: readonly FieldConflict[]): {
  message: string;
  causes: ConflictCause[];
} {
  const name = (id: string) => printManager(managerIdentity(id));
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict' as const,
    message: `conflict with ${name(manager)}`,
    field: printPath(path),
  }));
  if (conflicts.length === 1) {
    return {
      message: `Apply failed with 1 conflict: conflict with ${name(
        conflicts[0].manager,
      )}: ${printPath(conflicts[0].path)}`,
      causes,
    };
  }
  const byManager = new Map<string, string[]>();
  for (const { manager, path } of conflicts) {
    const paths = byManager.get(manager) ?? [];
    paths.push(printPath(path));
    byManager.set(manager, paths);
  }
  const lines = [...byManager.keys()]
    .sort()
    .flatMap(manager => [
      `conflicts with ${name(manager)}:`,
      ...byManager.get(manager)!.map(path => `- ${path}`),
    ]);
  return {
    message: `Apply failed with ${conflicts.length} conflicts: ${lines.join(
      '\n',
    )}`,
    causes,
  };
}

function printManager({
  manager,
  subresource,
  operation,
  apiVersion,
}: ManagerIdentity): string {
  let text = JSON.stringify(manager ?? '');
  if (subresource) text += ` with subresource ${JSON.stringify(subresource)}`;
  return operation === 'Update' ? `${text} using ${apiVersion}` : text;
}
