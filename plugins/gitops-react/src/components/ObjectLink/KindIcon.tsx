import {
  RemixiconComponentType,
  RiArchive2Line,
  RiBox3Line,
  RiGitBranchLine,
  RiImageLine,
  RiMailSendLine,
  RiNotification3Line,
  RiShip2Line,
  RiStackLine,
  RiWebhookLine,
} from '@remixicon/react';
import styles from './ObjectLink.module.css';

const ICONS: Readonly<Record<string, RemixiconComponentType>> = {
  GitRepository: RiGitBranchLine,
  OCIRepository: RiArchive2Line,
  Bucket: RiArchive2Line,
  HelmRepository: RiArchive2Line,
  HelmChart: RiArchive2Line,
  ExternalArtifact: RiArchive2Line,
  ArtifactGenerator: RiArchive2Line,
  Kustomization: RiStackLine,
  HelmRelease: RiShip2Line,
  ImageRepository: RiImageLine,
  ImagePolicy: RiImageLine,
  ImageUpdateAutomation: RiImageLine,
  Alert: RiNotification3Line,
  Provider: RiMailSendLine,
  Receiver: RiWebhookLine,
};

/** The icon of a kind; the kind itself is in the text beside it. */
export function KindIcon(props: { kind: string }) {
  const Icon = ICONS[props.kind] ?? RiBox3Line;
  return <Icon className={styles.icon} aria-hidden />;
}
