import {
  ANY_MAP,
  GoError,
  GoFunction,
  goFunction,
  GoMap,
  kindOf,
  plain,
  STRING,
} from '@backstage-gitops/go-template';
import { parseUrl } from './parseUrl';
import { hostname, Url, urlText, userText } from './Url';

/** Says what was parsed when it cannot be. */
function parse(text: string, what: string): Url {
  try {
    return parseUrl(text);
  } catch (error) {
    throw error instanceof GoError
      ? new GoError(`unable to parse ${what}: ${error.message}`, {
          cause: error,
        })
      : error;
  }
}

function urlParse(text: string): GoMap {
  const { scheme, host, path, query, opaque, fragment, user } = parse(
    text,
    'url',
  );
  return {
    scheme,
    host,
    hostname: hostname(host),
    path,
    query,
    opaque,
    fragment,
    userinfo: user ? userText(user) : '',
  };
}

function textOf(map: GoMap | null, key: string): string {
  const value = map && Object.hasOwn(map, key) ? map[key] : undefined;
  if (value === undefined) {
    return '';
  }
  if (value === null) {
    throw new GoError(
      'runtime error: invalid memory address or nil pointer dereference',
    );
  }
  const bare = plain(value);
  if (typeof bare !== 'string') {
    throw new GoError(
      `unable to parse ${key} key, must be of type string, but ${kindOf(value)} found`,
    );
  }
  return bare;
}

function urlJoin(map: GoMap | null): string {
  const url: Url = {
    scheme: textOf(map, 'scheme'),
    host: textOf(map, 'host'),
    path: textOf(map, 'path'),
    query: textOf(map, 'query'),
    opaque: textOf(map, 'opaque'),
    fragment: textOf(map, 'fragment'),
  };
  const userinfo = textOf(map, 'userinfo');
  if (userinfo === '') {
    return urlText(url);
  }
  const { user } = parse(`proto://${userinfo}@host`, 'userinfo in dict');
  return urlText({ ...url, user });
}

/**
 * `urlParse` and `urlJoin` of sprig 3.3, and `getHostByName`, which answers
 * nothing: Helm asks no name servers by itself.
 */
export const urlFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['urlParse', goFunction([STRING], urlParse)],
  ['urlJoin', goFunction([ANY_MAP], urlJoin)],
  ['getHostByName', goFunction([STRING], () => '')],
]);
