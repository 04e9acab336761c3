import { isTag, RegistryRepository } from './reference';
import { RegistryError } from './RegistryError';
import { RegistryTransport } from './RegistryTransport';

/** What one page may hold at most; some registries give all at once. */
const MAX_PAGE = 64 * 1024 * 1024;
const PAGE_SIZE = 1_000;
const MOST_PAGES = 2_000;

/**
 * The tags of a repository, page by page as the registry gives them (distribution
 * specification 1.1, `Link` with `rel="next"`). What cannot be a tag is left out.
 *
 * @throws RegistryError, NetworkError
 */
export async function* tagPages(
  transport: Pick<RegistryTransport, 'send'>,
  repository: RegistryRepository,
  signal: AbortSignal,
): AsyncGenerator<string[]> {
  const seen = new Set<string>();
  let path: string | undefined = `/tags/list?n=${PAGE_SIZE}`;
  while (path !== undefined) {
    if (seen.has(path) || seen.size >= MOST_PAGES) {
      throw new RegistryError(
        'REGISTRY_BAD_ANSWER',
        `the tags of ${repository.registry}/${repository.name} do not come to an end: after ${seen.size} pages the registry names another one`,
      );
    }
    seen.add(path);
    const page: { tags: string[]; next: string | undefined } =
      await transport.send(
        { repository, path, maxBytes: MAX_PAGE, signal },
        async answer => ({
          tags: readTags(await answer.text(), repository),
          next: nextPage(answer.headers.link, answer.url, repository),
        }),
      );
    path = page.next;
    yield page.tags;
  }
}

function readTags(text: string, repository: RegistryRepository): string[] {
  let tags: unknown;
  try {
    tags = JSON.parse(text)?.tags ?? [];
  } catch {
    tags = undefined;
  }
  if (!Array.isArray(tags)) {
    throw new RegistryError(
      'REGISTRY_BAD_ANSWER',
      `${repository.registry} answers no list of tags of ${repository.name}`,
    );
  }
  return tags.filter(tag => typeof tag === 'string' && isTag(tag));
}

/**
 * Only the query is taken: registries behind proxies often name themselves wrongly,
 * and nothing else is asked in any case.
 */
function nextPage(
  link: string | undefined,
  base: URL,
  { registry, name }: RegistryRepository,
): string | undefined {
  const match = /<([^>]{1,4096})>\s*;\s*rel="?next"?/i.exec(
    (link ?? '').slice(0, 8192),
  );
  if (!match) {
    return undefined;
  }
  try {
    const url = new URL(match[1], base);
    if (url.pathname.endsWith('/tags/list')) {
      return `/tags/list${url.search}`;
    }
  } catch {
    // Said below.
  }
  throw new RegistryError(
    'REGISTRY_BAD_ANSWER',
    `${registry} names a next page of tags of ${name} that is none`,
  );
}
