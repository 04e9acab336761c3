import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { RegistrationRow } from '@backstage-gitops/plugin-gitops-common';
import { renderGitops } from '../../__testUtils__/renderGitops';
import { GitopsApiMock, registrationRow } from '../../testUtils';
import { RegistrationNotice } from './RegistrationNotice';

const claim = {
  location: {
    host: 'git.example',
    repository: 'team/game',
    ref: 'main',
    pathPrefix: 'gitops/app.yaml',
  },
  home: 'demo',
  namespaces: ['default'],
};

function show(row: Partial<RegistrationRow>, isMissing?: boolean) {
  return renderGitops(
    <RegistrationNotice
      registration={registrationRow(row)}
      isMissing={isMissing}
    />,
    new GitopsApiMock(),
  );
}

describe('RegistrationNotice', () => {
  it.each<[string, 'alert' | 'note', Partial<RegistrationRow>]>([
    ['Waits for approval', 'note', {}],
    [
      'The manifest was refused',
      'alert',
      { state: 'Rejected', code: 'InvalidManifest' },
    ],
    [
      'The manifest changed and the change was refused; the last good one stays',
      'alert',
      {
        state: 'Rejected',
        code: 'InvalidManifest',
        appliedAt: '2026-11-22T11:00:00Z',
      },
    ],
    [
      'Git delivers this object already',
      'alert',
      { state: 'Rejected', code: 'ManagedElsewhere' },
    ],
    [
      'The file could not be read',
      'alert',
      { state: 'Failed', code: 'LocationUnreadable' },
    ],
    [
      'The home could not take the manifest',
      'alert',
      { state: 'Failed', code: 'ApplyFailed' },
    ],
    [
      'The manifest could not be delivered',
      'alert',
      { state: 'Failed', code: 'Unexpected' },
    ],
    [
      'The file changed and the catalog has not taken the change; the last good one stays',
      'note',
      {
        state: 'ManifestStale',
        code: 'ManifestChanged',
        appliedAt: '2026-11-22T11:00:00Z',
      },
    ],
    [
      'The file does not hold what the catalog took',
      'note',
      { state: 'ManifestStale', code: 'ManifestChanged' },
    ],
    [
      'No longer registered; the object stays',
      'note',
      { state: 'Orphaned', code: 'EntityVanished' },
    ],
    ['Registered just now', 'note', { state: 'New', code: undefined }],
  ])('says in words: %s', async (title, role, row) => {
    show(row);
    const notice = await screen.findByRole(role);
    expect(notice).toHaveTextContent(title);
    expect(notice).toHaveTextContent('no claim is about this file');
    expect(notice).toHaveTextContent('Ask an administrator to add a claim.');
  });

  it('tells where, since when, how often, when again, and by which claim', async () => {
    show({
      state: 'Failed',
      code: 'ApplyFailed',
      failures: 3,
      document: '2',
      claim,
    });
    const notice = await screen.findByRole('alert');
    expect(
      screen.getByRole('link', {
        name: 'https://git.example/team/game/blob/main/gitops/app.yaml',
      }),
    ).toHaveAttribute('target', '_blank');
    expect(notice).toHaveTextContent('document 3');
    expect(notice).toHaveTextContent('Attempts3');
    expect(notice).toHaveTextContent('Next try');
    expect(notice).toHaveTextContent(
      'git.example / team/game / main / gitops/app.yaml → demo: default',
    );
    expect(notice.querySelectorAll('time')).toHaveLength(2);
  });

  it('makes no link of a location that has no address', async () => {
    show({ location: 'file:/srv/app.yaml' });
    expect(await screen.findByText('file:/srv/app.yaml')).toBeInTheDocument();
    expect(screen.queryByRole('link')).not.toBeInTheDocument();
  });

  it('gives the claim that would admit it, to be copied', async () => {
    const user = userEvent.setup();
    const copied = jest.spyOn(navigator.clipboard, 'writeText');
    show({ suggestedClaim: { ...claim, needsServiceAccount: false } });
    const code = (await screen.findByText(/^gitops:/)).textContent;
    expect(code).toBe(
      [
        'gitops:',
        '  claims:',
        '    - location:',
        '        host: "git.example"',
        '        repository: "team/game"',
        '        ref: "main"',
        '        pathPrefix: "gitops/app.yaml"',
        '      home: "demo"',
        '      namespaces: ["default"]',
      ].join('\n'),
    );
    await user.click(screen.getByRole('button', { name: /^Copy: / }));
    expect(
      await screen.findByRole('button', { name: /^Copied: / }),
    ).toBeInTheDocument();
    expect(copied).toHaveBeenCalledWith(`${code}\n`);
  });

  it('warns of a claim that is wide, and of a ServiceAccount to be named', async () => {
    show({
      suggestedClaim: {
        ...claim,
        location: { host: 'git.example' },
        needsServiceAccount: true,
      },
    });
    expect(await screen.findByText(/every file of the host/)).toBeVisible();
    expect(screen.getByText(/name one of namespace default/)).toBeVisible();
    expect(screen.getByText(/^gitops:/)).toHaveTextContent(
      'serviceAccount: "<name>"',
    );
  });

  it('lists what is wrong piece by piece', async () => {
    show({
      state: 'Rejected',
      code: 'InvalidManifest',
      warnings: [
        {
          path: 'spec.interval',
          code: 'required',
          message: 'it is required',
          severity: 'error',
          from: 'catalog',
        },
      ],
    });
    expect(await screen.findByText('spec.interval')).toBeInTheDocument();
  });

  it('says nothing of one that is applied, unless its object is missing', async () => {
    const applied = { state: 'Applied', code: undefined } as const;
    const { unmount } = show(applied);
    expect(screen.queryByRole('note')).not.toBeInTheDocument();
    unmount();
    show(applied, true);
    expect(await screen.findByRole('note')).toHaveTextContent(
      'Applied, and its home does not have it any more',
    );
  });
});
