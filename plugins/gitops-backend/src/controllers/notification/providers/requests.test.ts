// What each type sends, held against what Flux's notification-controller 1.8 sends for the
// same event; texts that would be markup differ, on purpose.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { NotificationEvent } from '@backstage-gitops/plugin-gitops-node';
import { sendCase, SendCase } from './__testUtils__/sendCase';
import { SunkRequest } from './__testUtils__/ServiceSink';

interface Pinned extends Omit<SendCase, 'event'> {
  /** Names one of the events. */
  event: string;
  requests: (Omit<SunkRequest, 'body'> & { json?: unknown; body?: string })[];
}

const { events, cases } = JSON.parse(
  readFileSync(path.join(__dirname, '__fixtures__', 'requests.json'), 'utf8'),
) as { events: Record<string, NotificationEvent>; cases: Pinned[] };

function present({ body, ...request }: SunkRequest): Pinned['requests'][0] {
  const { 'content-type': type = '' } = request.headers;
  const plain = (text: string) => text.replace(/127\.0\.0\.1:\d+/g, 'SINK');
  return {
    ...request,
    headers: JSON.parse(plain(JSON.stringify(request.headers))),
    ...(body &&
      (type.includes('json')
        ? { json: JSON.parse(plain(body)) }
        : { body: plain(body) })),
  };
}

describe('requests to services', () => {
  it.each(cases.map(each => [each.name, each] as const))(
    'are as pinned: %s',
    async (...[, { requests, ...given }]) => {
      const result = await sendCase({ ...given, event: events[given.event] });
      expect(result.error).toBeUndefined();
      expect(result.requests.map(present)).toEqual(requests);
    },
  );
});
