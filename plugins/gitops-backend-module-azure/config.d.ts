export interface Config {
  gitops?: {
    /** What the module for Azure may do. */
    azure?: {
      /**
       * Let objects use the portal's own identity in Azure (environment, workload
       * identity, managed identities): Buckets, sources from registries,
       * `spec.decryption` of Kustomizations, and ConfigMaps of `spec.kubeConfig`, that
       * name neither a Secret nor a ServiceAccount; and Secrets that name a managed
       * identity by its `clientId` alone. Whoever may create such objects reads and opens
       * what the portal may, and delivers to clusters that it may reach. Default false.
       */
      portalIdentity?: boolean;
    };
  };
}
