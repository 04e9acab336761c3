import { MARK_LENGTH } from './ownText';
import { HostLimits, PullRequestText } from './PullRequestHost';

const MOST_LABELS = 20;
const LONGEST_LABEL = 50;
const DEFAULT_TITLE = 'Update images';
/** They turn text around, hide some of it, or are half a character. */
const UNFIT =
  /\p{Cs}|[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** Makes texts fit for a host: what templates gave may be anything. */
export function fitText(
  wanted: PullRequestText & { labels: readonly string[] },
  limits: HostLimits,
): PullRequestText & { labels: string[] } {
  const labels = wanted.labels
    .map(label => cut(oneLine(label.replaceAll(',', ' ')), LONGEST_LABEL))
    .filter(label => label !== '');
  return {
    title: cut(oneLine(wanted.title), limits.title) || DEFAULT_TITLE,
    body: cut(bodyOf(wanted.body, limits), limits.body - MARK_LENGTH),
    labels: limits.labels ? [...new Set(labels)].slice(0, MOST_LABELS) : [],
  };
}

function bodyOf(text: string, { commands }: HostLimits): string {
  const plain = text
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, '')
    .replace(UNFIT, '')
    .trim();
  return commands ? plain.replace(/^(\s*)\/(?=[a-z])/gim, '$1\\/') : plain;
}

function oneLine(text: string): string {
  return text
    .replace(UNFIT, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

/** By UTF-16 units, as the strictest hosts count; no character is cut apart. */
function cut(text: string, most: number): string {
  if (text.length <= most) {
    return text;
  }
  return `${text
    .slice(0, most - 1)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()}…`;
}
