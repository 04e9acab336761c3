export interface Config {
  gitops?: {
    /** What the module for Azure may do. */
    azure?: {
      /**
       * Let objects use the portal's own identity in Azure (environment, workload
       * identity, managed identities): Buckets, and sources from registries, that
       * name neither a Secret nor a ServiceAccount, and Secrets that name a managed
       * identity by its `clientId` alone. Whoever may create such objects reads what
       * the portal may read. Default false.
       */
      portalIdentity?: boolean;
    };
  };
}
