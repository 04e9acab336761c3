import {
  decodeUtf8,
  ParsedTemplates,
  TemplateParser,
} from '@backstage-gitops/go-template';
import type { ChartFile } from '../charts';

interface Entry {
  readonly byName: Map<string, ParsedTemplates>;
  size: number;
}

/**
 * Parsed texts by name and content, those used last. Templates belong to no
 * rendering, so all renderings share them, and what `tpl` is given again and
 * again is parsed once.
 */
export class TemplateCache {
  private readonly entries = new Map<string, Entry>();
  private readonly files = new WeakMap<ChartFile, ParsedTemplates>();
  private size = 0;

  constructor(
    private readonly parser: TemplateParser,
    /** UTF-16 units of text that are kept. */
    private readonly capacity: number,
  ) {}

  /**
   * A file of a chart that is kept is not even decoded again.
   *
   * @throws TemplateError of code `parse` or `limit`
   */
  parseFile(name: string, file: ChartFile): ParsedTemplates {
    const known = this.files.get(file);
    if (known?.name === name) {
      return known;
    }
    const parsed = this.parse(name, decodeUtf8(file.data));
    this.files.set(file, parsed);
    return parsed;
  }

  /** @throws TemplateError of code `parse` or `limit` */
  parse(name: string, text: string): ParsedTemplates {
    const entry = this.entries.get(text);
    const known = entry?.byName.get(name);
    if (entry && known) {
      // Maps keep the order of insertion: the first is the one to go. While there
      // is room, the order is no matter.
      if (this.size > this.capacity / 2) {
        this.entries.delete(text);
        this.entries.set(text, entry);
      }
      return known;
    }
    const parsed = this.parser.parse(name, text);
    this.keep(name, text, parsed);
    return parsed;
  }

  private keep(name: string, text: string, parsed: ParsedTemplates): void {
    const size = text.length + name.length;
    if (size > this.capacity) {
      return;
    }
    const entry = this.entries.get(text) ?? { byName: new Map(), size: 0 };
    this.entries.delete(text);
    this.entries.set(text, entry);
    entry.byName.set(name, parsed);
    entry.size += size;
    this.size += size;
    for (const [oldest, { size: freed }] of this.entries) {
      if (this.size <= this.capacity) {
        return;
      }
      this.entries.delete(oldest);
      this.size -= freed;
    }
  }
}
