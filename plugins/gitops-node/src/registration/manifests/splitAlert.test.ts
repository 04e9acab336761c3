import {
  convert,
  KubernetesObject,
} from '@backstage-gitops/plugin-gitops-common';
import { readParts } from './readDocuments';

const alert = (receiverRefs: string, more = '') => `
apiVersion: notification.toolkit.fluxcd.io/v1beta1
kind: Alert
metadata:
  name: on-call
  namespace: team
spec:
  eventSeverity: info
  eventSources:
    - kind: GitRepository
      name: '*'
  receiverRefs: ${receiverRefs}
${more}`;

const read = (text: string) =>
  readParts(text).flatMap(({ documents }) =>
    documents.map(({ id, value }) => {
      const { object, warnings } = convert(
        value as unknown as KubernetesObject,
      );
      return { id, object, warnings };
    }),
  );

describe('receiverRefs of Alerts', () => {
  it('become the Provider, with a warning', () => {
    const [{ object, warnings }, ...more] = read(
      alert('[{ name: team-slack }]'),
    );
    expect(more).toEqual([]);
    expect(object).toEqual({
      apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
      kind: 'Alert',
      metadata: { name: 'on-call', namespace: 'team' },
      spec: {
        eventSeverity: 'info',
        eventSources: [{ kind: 'GitRepository', name: '*' }],
        providerRef: { name: 'team-slack' },
      },
    });
    expect(warnings).toEqual([
      expect.objectContaining({ path: 'spec.receiverRefs' }),
    ]);
  });

  it('become one Alert each, at places of their own', () => {
    const found = read(
      alert('[{ name: team-slack }, { name: mail }, { name: mail }]'),
    );
    expect(
      found.map(({ id, object }) => [id, object.metadata.name, object.spec]),
    ).toEqual([
      [
        '0.0',
        'on-call',
        expect.objectContaining({ providerRef: { name: 'team-slack' } }),
      ],
      [
        '0.1',
        'on-call-mail',
        expect.objectContaining({ providerRef: { name: 'mail' } }),
      ],
    ]);
  });

  it.each([
    [
      'beside a providerRef',
      alert('[{ name: a }, { name: b }]', '  providerRef: { name: c }'),
    ],
    ['that have no names', alert('[{ name: a }, { id: b }]')],
    ['that are no list', alert('{ name: a }')],
  ])('are left to the validation where they are %s', (_, text) => {
    const found = read(text);
    expect(found).toHaveLength(1);
    expect(found[0].object.spec).toHaveProperty('receiverRefs');
  });
});
