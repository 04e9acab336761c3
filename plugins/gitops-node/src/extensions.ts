import { createExtensionPoint } from '@backstage/backend-plugin-api';
import { GitopsObject } from '@backstage-gitops/plugin-gitops-common';
import { ArtifactStore } from './artifactStore';
import { BucketProvider, S3CredentialSource } from './buckets';
import { ClusterAccessProvider } from './clusterAccess';
import { ClusterCredentialSupplier } from './clusterCredentials';
import { SopsKeyServiceProvider } from './decryption';
import { NotificationIdentity, NotificationType } from './notifications';
import { RegistryCredentialSupplier } from './registries';
import { SourceFetcher } from './sources';

/**
 * Lets a module of the gitops plugin bring another store for artifacts, such as
 * one that several replicas share.
 *
 * @public
 */
export interface GitopsArtifactStoreExtensionPoint {
  /**
   * Replaces the store in the file system.
   *
   * @throws when a store was set already: two would each hold half
   */
  setArtifactStore(store: ArtifactStore): void;
}

/** @public */
export const gitopsArtifactStoreExtensionPoint =
  createExtensionPoint<GitopsArtifactStoreExtensionPoint>({
    id: 'gitops.artifact-store',
  });

/**
 * Lets a module of the gitops plugin supply clusters and their credentials, next
 * to those of app-config.
 *
 * @public
 */
export interface GitopsClusterCredentialsExtensionPoint {
  /** Adds a supplier; those of app-config are asked first. */
  addSupplier(supplier: ClusterCredentialSupplier): void;
}

/** @public */
export const gitopsClusterCredentialsExtensionPoint =
  createExtensionPoint<GitopsClusterCredentialsExtensionPoint>({
    id: 'gitops.cluster-credentials',
  });

/**
 * Lets a module of the gitops plugin fetch sources of its own, or some objects of
 * a kind that the plugin fetches too.
 *
 * @public
 */
export interface GitopsSourceFetchersExtensionPoint {
  /** Adds a fetcher; it is asked before those of the plugin. */
  addFetcher<T extends GitopsObject>(fetcher: SourceFetcher<T>): void;
}

/** @public */
export const gitopsSourceFetchersExtensionPoint =
  createExtensionPoint<GitopsSourceFetchersExtensionPoint>({
    id: 'gitops.source-fetchers',
  });

/**
 * Lets a module of the gitops plugin open the buckets of a cloud.
 *
 * @public
 */
export interface GitopsBucketExtensionPoint {
  /**
   * Adds a provider; it replaces the plugin's own of the same name.
   *
   * @throws when another module added one of this name
   */
  addProvider(provider: BucketProvider): void;

  /**
   * Gives the credentials of the bucket that `gitops.artifacts.s3` names, where it
   * names none itself.
   *
   * @throws when another module gives some
   */
  setArtifactCredentials(credentials: S3CredentialSource): void;
}

/** @public */
export const gitopsBucketExtensionPoint =
  createExtensionPoint<GitopsBucketExtensionPoint>({
    id: 'gitops.buckets',
  });

/**
 * Lets a module of the gitops plugin log in to the registries of a cloud.
 *
 * @public
 */
export interface GitopsRegistryCredentialsExtensionPoint {
  /**
   * Adds a supplier.
   *
   * @throws when another module added one for this provider
   */
  addSupplier(supplier: RegistryCredentialSupplier): void;
}

/** @public */
export const gitopsRegistryCredentialsExtensionPoint =
  createExtensionPoint<GitopsRegistryCredentialsExtensionPoint>({
    id: 'gitops.registry-credentials',
  });

/**
 * Lets a module of the gitops plugin log in to the clusters of a cloud, which
 * deliveries name by `spec.kubeConfig.configMapRef`.
 *
 * @public
 */
export interface GitopsTargetsExtensionPoint {
  /**
   * Adds a provider.
   *
   * @throws when another module added one of this name
   */
  addProvider(provider: ClusterAccessProvider): void;
}

/** @public */
export const gitopsTargetsExtensionPoint =
  createExtensionPoint<GitopsTargetsExtensionPoint>({
    id: 'gitops.targets',
  });

/**
 * Lets a module of the gitops plugin open data keys of SOPS by the key service of a
 * cloud, for `spec.decryption` of Kustomizations.
 *
 * @public
 */
export interface GitopsDecryptionExtensionPoint {
  /**
   * Adds a provider.
   *
   * @throws when another module added one for this type of keys
   */
  addProvider(provider: SopsKeyServiceProvider): void;
}

/** @public */
export const gitopsDecryptionExtensionPoint =
  createExtensionPoint<GitopsDecryptionExtensionPoint>({
    id: 'gitops.decryption',
  });

/**
 * Lets a module of the gitops plugin send notifications to other services, or log
 * in to those of a cloud.
 *
 * @public
 */
export interface GitopsNotificationsExtensionPoint {
  /**
   * Adds a type of Providers; it goes before the plugin's own of that name.
   *
   * @throws when another module added one of this name
   */
  addType(type: NotificationType): void;

  /**
   * Adds the identities of a cloud.
   *
   * @throws when another module added some for this cloud
   */
  addIdentity(identity: NotificationIdentity): void;
}

/** @public */
export const gitopsNotificationsExtensionPoint =
  createExtensionPoint<GitopsNotificationsExtensionPoint>({
    id: 'gitops.notifications',
  });
