import { compareStrings } from '@backstage-gitops/go-template';
import type { ScopedTemplate } from '../values/createRenderValues';

/**
 * The order in which templates are parsed and executed: deeper folders first,
 * then from z to a. What is parsed later replaces what is defined before, so a
 * chart's definitions win over those of its dependencies. Of two templates
 * with one name, the later one counts.
 */
export function sortTemplates(
  templates: readonly ScopedTemplate[],
): ScopedTemplate[] {
  const byName = new Map(templates.map(template => [template.name, template]));
  return [...byName.values()]
    .map(template => ({ template, depth: template.name.split('/').length }))
    .sort(
      (a, b) =>
        b.depth - a.depth || compareStrings(b.template.name, a.template.name),
    )
    .map(({ template }) => template);
}
