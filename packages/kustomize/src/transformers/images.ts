import { RE2JS } from 're2js';
import { FieldSpec } from '../fields/FieldSpec';
import {
  YamlNode,
  getField,
  isMap,
  isMissing,
  isScalar,
  textOf,
} from '../fields/YamlNode';
import { FieldVisitor } from '../fields/visitField';
import { KustomizeError } from '../KustomizeError';
import { ImageEntry } from '../kustomization/Kustomization';
import { ResourceList } from '../resources/ResourceList';

/**
 * Changes images as an entry of `images` says: in every list `containers` or
 * `initContainers` at any depth, and in the given fields. Custom resource
 * definitions are left alone.
 */
export function setImages(
  resources: ResourceList,
  entry: ImageEntry,
  fields: readonly FieldSpec[],
): void {
  const change = imageChanger(entry);
  const visitor = new FieldVisitor(fields, 'none');
  for (const resource of resources) {
    if (resource.kind === 'CustomResourceDefinition') {
      continue;
    }
    walk(resource.node, change);
    visitor.visit(resource, slot => {
      if (!isScalar(slot.value)) {
        throw new KustomizeError({
          code: 'wrong-type',
          problem: 'an image is not a scalar',
          field: 'image',
        });
      }
      if (!isMissing(slot.value)) {
        const before = textOf(slot.value);
        const after = change(before);
        if (after !== before) {
          slot.set(after);
        }
      }
    });
  }
}

function walk(node: YamlNode, change: (image: string) => string): void {
  if (Array.isArray(node)) {
    for (const item of node) {
      walk(item, change);
    }
    return;
  }
  if (!isMap(node)) {
    return;
  }
  for (const key of Object.keys(node)) {
    const value = node[key];
    if (typeof value !== 'object' || value === null) {
      continue;
    }
    walk(value, change);
    if (
      (key === 'containers' || key === 'initContainers') &&
      Array.isArray(value)
    ) {
      for (const container of value) {
        const image = getField(container, 'image');
        if (isMap(container) && isScalar(image) && !isMissing(image)) {
          const before = textOf(image);
          const after = change(before);
          if (after !== before) {
            container.image = after;
          }
        }
      }
    }
  }
}

/** The name of an entry is a regular expression; results are remembered. */
function imageChanger(entry: ImageEntry): (image: string) => string {
  const known = new Map<string, string>();
  const pattern = compile(entry.name);
  return image => {
    let result = known.get(image);
    if (result === undefined) {
      result = pattern?.matcher(image).find() ? rename(image, entry) : image;
      known.set(image, result);
    }
    return result;
  };
}

function compile(name: string): RE2JS | undefined {
  try {
    return RE2JS.compile(
      `^${name}(:[a-zA-Z0-9_.{}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?$`,
    );
  } catch {
    // kustomize takes a wrong expression for one that matches nothing.
    return undefined;
  }
}

function rename(image: string, entry: ImageEntry): string {
  const parts = splitImage(image);
  const name = entry.newName || parts.name;
  let { tag, digest } = parts;
  if (entry.newTag) {
    tag = entry.newTag;
    digest = entry.digest || '';
  } else if (entry.digest) {
    tag = '';
    digest = entry.digest;
  } else if (entry.tagSuffix) {
    tag += entry.tagSuffix;
    digest = '';
  }
  return `${name}${tag && `:${tag}`}${digest && `@${digest}`}`;
}

/** Splits `registry:5000/name:tag@digest`. */
export function splitImage(image: string): {
  name: string;
  tag: string;
  digest: string;
} {
  const slash = Math.max(image.indexOf('/'), 0);
  const at = image.indexOf('@', slash);
  const colon = image.indexOf(':', slash);
  if (at >= 0 && (colon < 0 || at < colon)) {
    return { name: image.slice(0, at), tag: '', digest: image.slice(at + 1) };
  }
  if (colon < 0) {
    return { name: image, tag: '', digest: '' };
  }
  return {
    name: image.slice(0, colon),
    tag: image.slice(colon + 1, at < 0 ? undefined : at),
    digest: at < 0 ? '' : image.slice(at + 1),
  };
}
