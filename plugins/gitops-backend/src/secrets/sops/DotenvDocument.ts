import { parseDocument } from 'yaml';
import { SopsDocument, SopsFormat, SopsLeaf } from './SopsDocument';
import { SopsError } from './SopsError';
import { readMetadata, SopsMetadata } from './SopsMetadata';
import { formatFloat, SopsValue } from './SopsValue';
import { unflatten } from './unflatten';
import { writeJson } from './writeJson';

const PREFIX = 'sops_';

interface Line {
  /** Undefined of a comment. */
  key?: string;
  value: SopsValue;
}

/** A file of variables, `NAME=value`. */
export class DotenvDocument implements SopsDocument {
  readonly metadata: SopsMetadata;
  private readonly lines: Line[] = [];

  /** @throws SopsError */
  constructor(text: string) {
    const metadata: [string, string][] = [];
    for (const [i, line] of text.split('\n').entries()) {
      const equals = line.indexOf('=');
      if (line.startsWith('#')) {
        this.lines.push({ value: { type: 'comment', value: line.slice(1) } });
      } else if (line !== '' && equals < 0) {
        throw new SopsError(
          'SOPS_FORMAT',
          `line ${i + 1} is neither a variable nor a comment`,
        );
      } else if (line !== '') {
        const key = line.slice(0, equals);
        const value = line.slice(equals + 1).replaceAll('\\n', '\n');
        if (key.startsWith(PREFIX)) {
          metadata.push([key.slice(PREFIX.length), value]);
        } else {
          this.lines.push({ key, value: { type: 'str', value } });
        }
      }
    }
    this.metadata = readMetadata(unflatten(metadata));
  }

  *leaves(): Iterable<SopsLeaf> {
    const comments: string[] = [];
    for (const line of this.lines) {
      const { key, value } = line;
      if (value.type === 'comment') {
        comments.push(value.value);
      }
      yield {
        path: key === undefined ? [] : [key],
        comments: [comments],
        value,
        set: changed => {
          line.value = changed;
        },
      };
      if (key !== undefined) {
        comments.length = 0;
      }
    }
  }

  write(format: SopsFormat): Buffer {
    if (format === 'dotenv') {
      return Buffer.from(
        this.lines
          .map(({ key, value }) =>
            key === undefined
              ? `#${value.value}\n`
              : `${key}=${textOf(value).replaceAll('\n', '\\n')}\n`,
          )
          .join(''),
      );
    }
    const values = Object.fromEntries(
      this.lines.flatMap(({ key, value }) =>
        key === undefined ? [] : [[key, textOf(value)]],
      ),
    );
    const document = parseDocument('{}');
    document.contents = document.createNode(values) as never;
    switch (format) {
      case 'json':
        return Buffer.from(`${writeJson(document)}\n`);
      case 'yaml':
        return Buffer.from(document.toString({ indent: 4, lineWidth: 0 }));
      default:
        throw new SopsError(
          'SOPS_FORMAT',
          `variables cannot be written as ${format}`,
        );
    }
  }
}

function textOf({ type, value }: SopsValue): string {
  switch (type) {
    case 'bytes':
      return value.toString('utf8');
    case 'float':
      return formatFloat(value);
    default:
      return String(value);
  }
}
