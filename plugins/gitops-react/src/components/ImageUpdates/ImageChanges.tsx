import type {
  ImageFileChange,
  ObjectPlace,
} from '@backstage-gitops/plugin-gitops-common';
import { Text } from '@backstage/ui';
import styles from './ImageUpdates.module.css';

/** The values that were set, each once, however many files have it. */
export function ImageChangeText(props: {
  changes: readonly ImageFileChange[];
}) {
  const values = [
    ...new Map(
      props.changes.map(change => [
        `${change.oldValue} ${change.newValue}`,
        change,
      ]),
    ).values(),
  ];
  return (
    <>
      {values.slice(0, 2).map(({ oldValue, newValue }) => (
        <span
          key={`${oldValue} ${newValue}`}
          className={styles.change}
          title={`${oldValue} → ${newValue}`}
        >
          <del>{shortValue(oldValue, newValue)}</del> →{' '}
          <ins>{shortValue(newValue, oldValue)}</ins>
        </span>
      ))}
      {values.length > 2 && (
        <Text color="secondary">+ {values.length - 2}</Text>
      )}
    </>
  );
}

/** The part of an image that differs: name and tag, the tag alone where that is all. */
function shortValue(value: string, other: string): string {
  const [name, tag] = splitTag(value);
  return tag !== undefined && name === splitTag(other)[0]
    ? shortDigest(tag)
    : shortDigest(value.slice(value.lastIndexOf('/') + 1));
}

function splitTag(image: string): [name: string, tag: string | undefined] {
  const at = image.indexOf('@');
  const end = at < 0 ? image.length : at;
  const colon = image.lastIndexOf(':', end - 1);
  return colon > image.lastIndexOf('/', end)
    ? [image.slice(0, colon), image.slice(colon + 1)]
    : [image, undefined];
}

function shortDigest(text: string): string {
  return text.replace(/(sha256:[0-9a-f]{7})[0-9a-f]{57}/, '$1…');
}

/** The policies whose markers were set: `namespace:name`, and what of it. */
export function policiesOf(
  changes: readonly ImageFileChange[],
  fallback: string,
): ObjectPlace[] {
  const setters = new Set(
    changes.map(({ setter }) => setter.split(':').slice(0, 2).join(':')),
  );
  return [...setters].map(setter => {
    const [namespace, name] = setter.split(':');
    return name === undefined
      ? { kind: 'ImagePolicy', namespace: fallback, name: namespace }
      : { kind: 'ImagePolicy', namespace, name };
  });
}
