import { metadataFields } from './metadataFields';
import { map, struct } from './goForms';
import type { Release } from './Release';
import { hookForm, infoForm, writeForm } from './writeReleaseJson';

/**
 * What Flux 2.9 takes down of a revision, to notice later that somebody else
 * has changed its record: the JSON whose digest a HelmRelease has in its history,
 * with the line end that is part of it. Tests are left out, which anybody may
 * run.
 *
 * @throws ReleaseError as `writeReleaseJson`
 * @public
 */
export function writeObservationJson(
  release: Release,
  options: { ociDigest?: string } = {},
): string {
  const hooks = release.hooks
    .filter(({ events }) => !events.includes('test'))
    .map(hookForm);
  const form = struct({
    name: release.name,
    version: release.version,
    info: release.info ? infoForm(release.info) : struct({}),
    chartMetadata: release.chart
      ? metadataFields(release.chart.metadata)
      : struct({}),
    config: map(release.config) ?? null,
    manifest: release.manifest,
    hooks: hooks.length > 0 ? hooks : null,
    namespace: release.namespace,
    ociDigest: options.ociDigest || undefined,
  });
  return `${writeForm(form)}\n`;
}
