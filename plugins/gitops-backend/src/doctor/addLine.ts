import { DoctorSnippet } from '@backstage-gitops/plugin-gitops-common';

/** The line that adds a plugin or a module to a backend. */
export function addLine(packageName: string): DoctorSnippet {
  return {
    file: 'packages/backend/src/index.ts',
    text: `backend.add(import('${packageName}'));`,
  };
}
