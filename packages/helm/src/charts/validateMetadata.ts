import { parseVersion, SemverError } from '../semver';
import { blankSpaces } from '../text/space';
import { ChartError } from './ChartError';
import { ChartDependency, ChartMetadata } from './ChartMetadata';

const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;
const ALIAS = /^[a-zA-Z0-9_-]+$/;
const TYPES: ReadonlySet<string> = new Set(['', 'application', 'library']);

/**
 * What Helm makes of metadata before it accepts a chart: white space of
 * texts becomes blanks, unprintable characters go.
 *
 * @throws ChartError `invalid-metadata` at the first field that Helm refuses
 */
export function validateMetadata(metadata: ChartMetadata): ChartMetadata {
  const clean: ChartMetadata = {
    ...metadata,
    name: sanitize(metadata.name),
    description: sanitize(metadata.description),
    home: sanitize(metadata.home),
    icon: sanitize(metadata.icon),
    condition: sanitize(metadata.condition),
    tags: sanitize(metadata.tags),
    appVersion: sanitize(metadata.appVersion),
    kubeVersion: sanitize(metadata.kubeVersion),
    sources: metadata.sources.map(sanitize),
    keywords: metadata.keywords.map(sanitize),
    maintainers: metadata.maintainers.map(({ name, email, url }) => ({
      name: sanitize(name),
      email: sanitize(email),
      url: sanitize(url),
    })),
    dependencies: metadata.dependencies?.map(sanitizeDependency),
  };
  validateFields(clean);
  validateDependencies(clean.dependencies ?? []);
  return clean;
}

function validateFields({ apiVersion, name, version, type }: ChartMetadata) {
  if (apiVersion === '') {
    throw invalid('chart.metadata.apiVersion is required');
  }
  if (name === '') {
    throw invalid('chart.metadata.name is required');
  }
  if (name === '.' || name === '..') {
    throw invalid(`chart.metadata.name "${name}" is not allowed`);
  }
  // On other systems, a backslash would separate names as well.
  if (/[/\\]/.test(name)) {
    throw invalid(`chart.metadata.name ${show(name)} is invalid`);
  }
  if (version === '') {
    throw invalid('chart.metadata.version is required');
  }
  if (!isVersion(version)) {
    throw invalid(`chart.metadata.version ${show(version)} is invalid`);
  }
  if (!TYPES.has(type)) {
    throw invalid('chart.metadata.type must be application or library');
  }
}

function validateDependencies(dependencies: readonly ChartDependency[]) {
  const names = new Set<string>();
  for (const { name, alias } of dependencies) {
    if (alias !== '' && !ALIAS.test(alias)) {
      throw invalid(
        `dependency ${show(name)} has disallowed characters in the alias`,
      );
    }
    const key = alias === '' ? name : alias;
    if (names.has(key)) {
      throw invalid(`more than one dependency with name or alias ${show(key)}`);
    }
    names.add(key);
  }
}

function sanitizeDependency(dependency: ChartDependency): ChartDependency {
  return {
    ...dependency,
    name: sanitize(dependency.name),
    version: sanitize(dependency.version),
    repository: sanitize(dependency.repository),
    condition: sanitize(dependency.condition),
    tags: dependency.tags.map(sanitize),
  };
}

function isVersion(text: string): boolean {
  try {
    parseVersion(text);
    return true;
  } catch (error) {
    if (error instanceof SemverError) {
      return false;
    }
    throw error;
  }
}

function sanitize(text: string): string {
  return blankSpaces(text).replace(UNPRINTABLE, '');
}

function show(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}

function invalid(problem: string): ChartError {
  return new ChartError('invalid-metadata', `validation: ${problem}`, {
    file: 'Chart.yaml',
  });
}
