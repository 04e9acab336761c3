import {
  DiffHunk,
  PreviewedBranch,
  PreviewedFile,
} from '@backstage-gitops/plugin-gitops-common';
import { structuredPatch } from 'diff';
import { maskSecrets } from '../../artifacts/maskSecrets';
import * as automation from '../../controllers/image/automation/UpdatePreview';

/** Lines shown around those that change. */
const CONTEXT = 3;

/** What an automation would do, as the API shows it: values of Secrets are masked. */
export function presentPreview({
  message,
  files,
  ...branch
}: automation.PreviewedUpdate): PreviewedBranch {
  return {
    ...branch,
    ...(message !== undefined && { message }),
    files: files.map(presentFile),
  };
}

function presentFile(file: automation.PreviewedFile): PreviewedFile {
  const { path, changes } = file;
  const before = maskSecrets(file.before);
  const after = maskSecrets(file.after);
  if (before.text === undefined || after.text === undefined) {
    return { path, changes, masked: true };
  }
  return {
    ...{ path, changes },
    hunks: hunksOf(before.text, after.text),
    ...((before.masked || after.masked) && { masked: true }),
  };
}

function hunksOf(before: string, after: string): DiffHunk[] {
  const { hunks } = structuredPatch('', '', before, after, '', '', {
    context: CONTEXT,
  });
  return hunks.map(({ oldStart, newStart, lines }) => ({
    ...{ oldStart, newStart },
    // Which line is the last one is no change of an automation.
    lines: lines.filter(line => !line.startsWith('\\')),
  }));
}
