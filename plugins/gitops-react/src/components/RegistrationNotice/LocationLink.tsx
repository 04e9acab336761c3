import { Link } from '@backstage/ui';

/** Where a manifest stands: a link where the location has an address. */
export function LocationLink(props: { location: string }) {
  const target = props.location.replace(/^[a-z]+:/, '');
  return /^https?:\/\//.test(target) ? (
    <Link href={target} target="_blank" rel="noopener noreferrer">
      {target}
    </Link>
  ) : (
    <span>{props.location}</span>
  );
}
