import { createHash } from 'node:crypto';

/** What the portal wrote last; people may have changed it since. */
export interface OwnText {
  title: string;
  body: string;
  /** Digests of names. */
  labels: readonly string[];
}

/** A definition that nothing links to: Markdown shows nothing of it. */
const MARK =
  /\n*^\[\/\/\]: # \(backstage-gitops\.io title=([0-9a-f]{16}) body=([0-9a-f]{16}) labels=([0-9a-f,]*)\)[ \t]*$/gm;

/** Characters at most that the mark adds to a body. */
export const MARK_LENGTH = 400;

/** Takes the mark out of a body. Without one, nothing in it is the portal's. */
export function readOwnText(body: string): {
  text: string;
  own: OwnText | undefined;
} {
  const plain = body.replace(/\r\n?/g, '\n');
  const last = [...plain.matchAll(MARK)].at(-1);
  return {
    text: plain.replace(MARK, '').trimEnd(),
    own: last && {
      title: last[1],
      body: last[2],
      labels: last[3].split(',').filter(each => each !== ''),
    },
  };
}

/** Puts the mark below a body; one that the text has itself is left out. */
export function writeOwnText(body: string, own: OwnText): string {
  const { text } = readOwnText(body);
  return `${text}\n\n[//]: # (backstage-gitops.io title=${own.title} body=${own.body} labels=${own.labels.join(',')})`;
}

/** Hosts change line ends and the end of a text. */
export function textDigest(text: string): string {
  return digest(text.replace(/\r\n?/g, '\n').trim(), 16);
}

/** Hosts tell labels apart without regard to case. */
export function labelDigest(label: string): string {
  return digest(label.toLowerCase(), 8);
}

function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
