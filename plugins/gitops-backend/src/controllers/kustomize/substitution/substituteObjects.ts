import { assertError } from '@backstage/errors';
import {
  isJsonObject,
  KubernetesObject,
  parseYaml,
  stringifyYaml,
} from '@backstage-gitops/kubernetes-yaml';
import { expandTemplate, Variables } from './expandTemplate';
import { parseTemplate } from './parseTemplate';
import { SubstitutionError } from './SubstitutionError';

/** What is substituted in a delivery. */
export interface Substitution {
  variables: Variables;
  /** A variable without value and default is an error, not nothing. */
  strict: boolean;
}

/** Label or annotation of what is left as it is (Flux 2.9). */
const MARK = 'kustomize.toolkit.fluxcd.io/substitute';
const NAME = /^[_\p{L}][_\p{L}\p{Nd}]*$/u;

/**
 * Substitutes the variables of objects, each in its YAML (Flux 2.9): a value may
 * become a number or a boolean by it, unless quotes are part of the text.
 *
 * @throws SubstitutionError that names the object
 */
export function substituteObjects(
  objects: readonly KubernetesObject[],
  { variables, strict }: Substitution,
): KubernetesObject[] {
  for (const name of variables.keys()) {
    if (!NAME.test(name)) {
      throw new SubstitutionError(
        `'${name}' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'; a ConfigMap or Secret of spec.postBuild.substituteFrom may hold nothing but variables`,
      );
    }
  }
  return objects.map(object => {
    // Writing and reading again changes nothing where there is no variable.
    if (isLeftAlone(object) || !hasDollar(object)) {
      return object;
    }
    try {
      const text = stringifyYaml(object);
      return read(expandTemplate(parseTemplate(text), variables, { strict }));
    } catch (error) {
      assertError(error);
      throw new SubstitutionError(
        `post build failed for '${object.kind}/${object.metadata.name}': envsubst error: ${error.message}`,
      );
    }
  });
}

function isLeftAlone({ metadata }: KubernetesObject): boolean {
  return [metadata.labels, metadata.annotations].some(
    marks => marks?.[MARK]?.toLowerCase() === 'disabled',
  );
}

function hasDollar(value: unknown): boolean {
  if (typeof value === 'string') {
    return value.includes('$');
  }
  if (Array.isArray(value)) {
    return value.some(hasDollar);
  }
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).some(
      ([key, each]) => hasDollar(key) || hasDollar(each),
    )
  );
}

/** What the text has become may quote values, so its faults are not told. */
function read(text: string): KubernetesObject {
  let object: unknown;
  try {
    object = parseYaml(text);
  } catch (error) {
    assertError(error);
    throw new SubstitutionError(
      `with the values of its variables it is no YAML any more (${String(error.code ?? error.name)}); quote the variable, or change the value`,
    );
  }
  if (
    !isJsonObject(object) ||
    typeof object.kind !== 'string' ||
    typeof object.apiVersion !== 'string' ||
    !isJsonObject(object.metadata)
  ) {
    throw new SubstitutionError(
      'with the values of its variables it is no Kubernetes object any more',
    );
  }
  return object as unknown as KubernetesObject;
}
