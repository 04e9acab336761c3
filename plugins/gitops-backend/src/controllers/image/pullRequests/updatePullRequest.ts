import { labelDigest, readOwnText, textDigest, writeOwnText } from './ownText';
import {
  OpenPullRequest,
  PullRequestHost,
  PullRequestText,
} from './PullRequestHost';

/**
 * Brings a pull request up to date. A title or body is replaced only while it is
 * as the portal wrote it, labels that people took off stay off, and one without
 * the portal's mark is left alone.
 *
 * @returns whether anything was changed
 * @throws PullRequestError
 */
export async function updatePullRequest(
  host: PullRequestHost,
  found: OpenPullRequest,
  wanted: PullRequestText & { labels: readonly string[] },
): Promise<boolean> {
  const { text, own } = readOwnText(found.body);
  if (!own) {
    return false;
  }
  const isTitleOwn = textDigest(found.title) === own.title;
  const isBodyOwn = textDigest(text) === own.body;
  const title = isTitleOwn ? wanted.title : found.title;
  const labels = wanted.labels.map(labelDigest);
  const body = writeOwnText(isBodyOwn ? wanted.body : text, {
    title: isTitleOwn ? textDigest(wanted.title) : own.title,
    body: isBodyOwn ? textDigest(wanted.body) : own.body,
    labels,
  });
  const add = wanted.labels.filter(
    label => !own.labels.includes(labelDigest(label)),
  );
  const remove = found.labels.filter(label => {
    const digest = labelDigest(label);
    return own.labels.includes(digest) && !labels.includes(digest);
  });
  const isRelabelled = add.length > 0 || remove.length > 0;
  if (isRelabelled) {
    await host.relabel(found, { add, remove });
  }
  // Written last: what is interrupted before is done again.
  const isEdited =
    title !== found.title || textDigest(body) !== textDigest(found.body);
  if (isEdited) {
    await host.edit(found, { title, body });
  }
  return isRelabelled || isEdited;
}
