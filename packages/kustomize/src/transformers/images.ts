import { RE2JS } from 're2js';
import { FieldSpec } from '../fields/FieldSpec';
import {
  YamlMap,
  YamlNode,
  getField,
  isMap,
  isMissing,
  isScalar,
  textOf,
} from '../fields/YamlNode';
import { FieldSlot, FieldVisitor } from '../fields/visitField';
import { KustomizeError } from '../KustomizeError';
import { ImageEntry } from '../kustomization/Kustomization';
import { ResourceList } from '../resources/ResourceList';

/**
 * Changes images as the entries of `images` say, one after the other: in every
 * list `containers` or `initContainers` at any depth, and in the given fields.
 * Custom resource definitions are left alone.
 */
export function setImages(
  resources: ResourceList,
  entries: readonly ImageEntry[],
  fields: readonly FieldSpec[],
): void {
  if (entries.length === 0) {
    return;
  }
  const changes = entries.map(imageChanger);
  const visitor = new FieldVisitor(fields, 'none');
  for (const resource of resources) {
    if (resource.kind === 'CustomResourceDefinition') {
      continue;
    }
    const containers: YamlMap[] = [];
    findContainers(resource.node, containers);
    const slots: FieldSlot[] = [];
    visitor.visit(resource, slot => {
      if (!isScalar(slot.value)) {
        throw new KustomizeError({
          code: 'wrong-type',
          problem: 'an image is not a scalar',
          field: 'image',
        });
      }
      if (!isMissing(slot.value)) {
        slots.push(slot);
      }
    });
    for (const change of changes) {
      for (const container of containers) {
        const before = textOf(container.image);
        const after = change(before);
        if (after !== before) {
          container.image = after;
        }
      }
      for (const slot of slots) {
        const before = textOf(slot.value);
        const after = change(before);
        if (after !== before) {
          slot.set(after);
        }
      }
    }
  }
}

/** Containers with an image, wherever they are. */
function findContainers(node: YamlNode, found: YamlMap[]): void {
  if (Array.isArray(node)) {
    for (const item of node) {
      findContainers(item, found);
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
    findContainers(value, found);
    if (
      (key === 'containers' || key === 'initContainers') &&
      Array.isArray(value)
    ) {
      for (const container of value) {
        const image = getField(container, 'image');
        if (isMap(container) && isScalar(image) && !isMissing(image)) {
          found.push(container);
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
      const fits =
        mayFit(image, entry.name) && pattern?.matcher(image).find() === true;
      result = fits ? rename(image, entry) : image;
      known.set(image, result);
    }
    return result;
  };
}

/**
 * False where a look at the first characters tells that an image cannot have
 * the name: much faster than the expression, and most images have others.
 */
function mayFit(image: string, name: string): boolean {
  if (!/^[A-Za-z0-9/_.-]*$/.test(name)) {
    return true;
  }
  for (let i = 0; i < name.length; i++) {
    const char = name[i];
    if (char !== '.' && char !== image[i]) {
      return false;
    }
  }
  return true;
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
