import {
  parseRevision,
  shortRevision,
} from '@backstage-gitops/plugin-gitops-common';
import styles from './RevisionText.module.css';

/** `game:v1` has the form of a digest, and is none. */
const HASH = /^[0-9a-f]{32,}$/;

/** @public */
export interface RevisionTextProps {
  /** In any form that Flux writes or wrote. */
  revision: string;
  /** Leaves out branch or tag where there is a hash. */
  hashOnly?: boolean;
  className?: string;
}

/**
 * A revision with a short hash, as in `main@1a2b3c4`. The whole of it is in
 * the title and is what a copy of the page has for screen readers.
 *
 * @public
 */
export function RevisionText(props: RevisionTextProps) {
  const { revision, hashOnly, className } = props;
  const { hash } = parseRevision(revision);
  return (
    <code
      className={[styles.revision, className].filter(Boolean).join(' ')}
      title={revision}
    >
      {hashOnly && hash ? hash.slice(0, 7) : shortened(revision)}
    </code>
  );
}

/** Of an image the last part of its name with the tag; the registry is in the title. */
function shortened(revision: string): string {
  return HASH.test(parseRevision(revision).hash ?? '')
    ? shortRevision(revision)
    : revision.slice(revision.lastIndexOf('/') + 1);
}
