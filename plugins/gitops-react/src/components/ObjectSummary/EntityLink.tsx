import { Link } from '@backstage/ui';
import { useGitopsLinks } from '../../links/GitopsLinks';

/** A link to an entity, by what people call it: the default parts left out. */
export function EntityLink(props: { entityRef: string }) {
  const { entityRef } = props;
  const path = useGitopsLinks().entity(entityRef);
  const name = entityRef.replace(/^[^:]+:/, '').replace(/^default\//, '');
  return path ? (
    <Link href={path} title={entityRef}>
      {name}
    </Link>
  ) : (
    <span title={entityRef}>{name}</span>
  );
}
