import { LegacyPluginFrame } from '../links/LegacyPluginFrame';
import { EntityGitopsCard } from './EntityGitopsCard';
import { EntityGitopsContent } from './EntityGitopsContent';

export function LegacyEntityGitopsContent() {
  return (
    <LegacyPluginFrame>
      <EntityGitopsContent />
    </LegacyPluginFrame>
  );
}

export function LegacyEntityGitopsCard() {
  return (
    <LegacyPluginFrame>
      <EntityGitopsCard />
    </LegacyPluginFrame>
  );
}
