import { screen } from '@testing-library/react';
import {
  GitopsApiMock,
  objectDetail,
} from '@backstage-gitops/plugin-gitops-react/testUtils';
import { game, renderEntity } from './__testUtils__/renderPlugin';
import { isGitopsAvailable, isGitopsCardAvailable } from './index';

describe('the plugin on the new frontend system', () => {
  it('adds its card and its tab to the page of an entity', async () => {
    renderEntity(game, new GitopsApiMock([objectDetail()]));
    expect(
      await screen.findByRole('heading', { name: 'GitOps' }),
    ).toBeInTheDocument();
    expect(await screen.findByText('What delivers game')).toBeInTheDocument();
  });

  it('has nothing to say on other kinds', () => {
    const user = { ...game, kind: 'User' };
    const bucket = {
      ...game,
      apiVersion: 'storage.example.com/v1',
      kind: 'Bucket',
    };
    const fluxBucket = {
      ...game,
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'Bucket',
    };
    const bare = { ...game, metadata: { name: 'game' } };
    expect([user, bucket, fluxBucket, bare].map(isGitopsAvailable)).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect([user, bucket, fluxBucket, bare].map(isGitopsCardAvailable)).toEqual(
      [false, false, true, false],
    );
  });
});
