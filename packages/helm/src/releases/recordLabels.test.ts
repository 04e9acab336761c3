import { decodeRelease } from './decodeRelease';
import { encodeRelease } from './encodeRelease';
import { recordLabels, recordName } from './recordLabels';
import type { Release } from './Release';

const RELEASE: Release = {
  name: 'web',
  namespace: 'shop',
  version: 3,
  info: {
    description: '',
    status: 'pending-upgrade',
    rollbackRevision: 0,
    notes: '',
  },
  manifest: '',
  hooks: [],
  labels: { team: 'a', ['__proto__']: 'b' },
};
const NOW = new Date('2024-01-02T03:04:05.999Z');

it('names a record after its release and revision', () => {
  expect(recordName(RELEASE)).toBe('sh.helm.release.v1.web.v3');
});

it('labels a new record so that Helm finds it', () => {
  const labels = recordLabels(RELEASE, { createdAt: NOW });
  expect(Object.entries(labels).sort()).toEqual([
    ['__proto__', 'b'],
    ['createdAt', '1704164645'],
    ['name', 'web'],
    ['owner', 'helm'],
    ['status', 'pending-upgrade'],
    ['team', 'a'],
    ['version', '3'],
  ]);
});

it('says when a record was changed in place of when it was made', () => {
  const labels = recordLabels(RELEASE, { modifiedAt: NOW });
  expect(labels.modifiedAt).toBe('1704164645');
  expect(labels).not.toHaveProperty('createdAt');
});

it('has an empty status where there is none', () => {
  const release = { ...RELEASE, info: undefined };
  expect(recordLabels(release, { createdAt: NOW }).status).toBe('');
});

it.each(['name', 'owner', 'status', 'version', 'createdAt', 'modifiedAt'])(
  'refuses a label %s of the user',
  key => {
    const release = { ...RELEASE, labels: { [key]: 'secret' } };
    expect(() => recordLabels(release, { createdAt: NOW })).toThrow(
      expect.objectContaining({
        code: 'reserved-label',
        message: expect.not.stringContaining('secret'),
      }),
    );
  },
);

it('gives the labels of the user back to a release that is read', () => {
  const labels = recordLabels(RELEASE, { createdAt: NOW });
  const release = decodeRelease(encodeRelease(RELEASE), { labels });
  expect(release.labels).toEqual(RELEASE.labels);
  expect(decodeRelease(encodeRelease(RELEASE)).labels).toEqual({});
});
