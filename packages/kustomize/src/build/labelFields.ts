import { FieldSpec } from '../fields/FieldSpec';
import { LabelEntry } from '../kustomization/Kustomization';
import { TransformerConfig } from '../transformers/defaults';
import { mergeFields } from '../transformers/mergeConfig';

/** The fields an entry of `labels` applies to. */
export function labelFields(
  entry: LabelEntry,
  config: TransformerConfig,
): FieldSpec[] {
  let fields = mergeFields(entry.fields, config.labels);
  if (entry.includeSelectors) {
    return mergeFields(fields, config.commonLabels);
  }
  if (entry.includeTemplates) {
    fields = mergeFields(fields, config.templateLabels);
  }
  return mergeFields(fields, [{ path: 'metadata/labels', create: true }]);
}
