import type { CompiledTemplate } from '../compile/CompiledTemplate';

/**
 * What a missing key of a map is: `default` and `zero` print `<no value>` for
 * `map[string]interface {}`; they differ for functions, which refuse no value
 * and nil with different errors, and for typed maps.
 *
 * @public
 */
export type MissingKey = 'default' | 'zero' | 'error';

/**
 * A text as it was parsed: its templates by name, the text itself among them.
 * It belongs to no set and may be kept, shared and added to many.
 *
 * @public
 */
export interface ParsedTemplates {
  readonly name: string;
  readonly templates: ReadonlyMap<string, CompiledTemplate>;
}

/**
 * Templates that may call each other. A child set sees the templates of its
 * parent, and hides those of the same name; the parent knows nothing of it,
 * so `tpl` needs no copy of a set.
 *
 * @public
 */
export class TemplateSet {
  readonly name: string;
  readonly missingKey: MissingKey;
  private readonly parent?: TemplateSet;
  private readonly templates = new Map<string, CompiledTemplate>();

  constructor(
    options: {
      /** For messages. */
      name?: string;
      missingKey?: MissingKey;
      parent?: TemplateSet;
    } = {},
  ) {
    this.parent = options.parent;
    this.name = options.name ?? this.parent?.name ?? '';
    this.missingKey =
      options.missingKey ?? this.parent?.missingKey ?? 'default';
  }

  /** Adds templates; an empty one never replaces another. */
  add(parsed: ParsedTemplates): this {
    for (const [name, template] of parsed.templates) {
      if (!template.isEmpty || !this.lookup(name)) {
        this.templates.set(name, template);
      }
    }
    return this;
  }

  lookup(name: string): CompiledTemplate | undefined {
    return this.templates.get(name) ?? this.parent?.lookup(name);
  }

  /** Names of all templates, sorted. */
  names(): string[] {
    return [
      ...new Set([...(this.parent?.names() ?? []), ...this.templates.keys()]),
    ].sort();
  }
}
