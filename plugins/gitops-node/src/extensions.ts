import { createExtensionPoint } from '@backstage/backend-plugin-api';
import { ArtifactStore } from './artifactStore';
import { ClusterCredentialSupplier } from './clusterCredentials';

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
