import { Link } from '@backstage/ui';
import type { ObjectKey } from '@backstage-gitops/plugin-gitops-common';
import { useGitopsLinks } from '../../links/GitopsLinks';
import { KindIcon } from './KindIcon';
import styles from './ObjectLink.module.css';

/** @public */
export interface ObjectLinkProps {
  objectKey: ObjectKey;
  /** Puts the kind before the name. */
  showKind?: boolean;
  /** Puts the namespace before the name. */
  showNamespace?: boolean;
  className?: string;
}

/**
 * A link to the page of an object, with the icon of its kind.
 *
 * @public
 */
export function ObjectLink(props: ObjectLinkProps) {
  const { objectKey: key, showKind, showNamespace, className } = props;
  const links = useGitopsLinks();
  return (
    <Link
      href={links.object(key)}
      standalone
      weight={showKind ? 'bold' : 'regular'}
      className={[styles.link, className].filter(Boolean).join(' ')}
      title={`${key.kind} ${key.namespace}/${key.name}, ${key.home}`}
    >
      <KindIcon kind={key.kind} />
      <span className={styles.name}>
        {showKind && <span className={styles.kind}>{key.kind} </span>}
        {showNamespace && `${key.namespace}/`}
        {key.name}
      </span>
    </Link>
  );
}
