import { Draft } from './draft';

/** Who may use a source from elsewhere is now a setting of the controller. */
export function dropAccessFrom(spec: Draft): void {
  spec.drop(
    'accessFrom',
    'whether objects of other namespaces may use this source is decided by the controller; remove it',
  );
}

/** GitRepository: only one Git implementation is left. */
export function convertGitRepository(spec: Draft): void {
  dropAccessFrom(spec);
  spec.drop(
    'gitImplementation',
    'there is only one Git implementation now; remove it',
  );
}

/** The one values file was merged first, before those of the list. */
export function convertValuesFile(spec: Draft): void {
  const single = spec.get('valuesFile');
  if (typeof single !== 'string') return;
  spec.take('valuesFile');
  if (single === '') return;
  const list = spec.get('valuesFiles');
  spec.set('valuesFiles', [single, ...(Array.isArray(list) ? list : [])]);
  spec.moved('valuesFile', 'valuesFiles, as its first entry');
}

export function convertHelmChart(spec: Draft): void {
  dropAccessFrom(spec);
  convertValuesFile(spec);
}
