export interface Config {
  gitops?: {
    /** What the module for AWS may do. */
    aws?: {
      /**
       * Let Buckets, and sources from registries, that name neither a Secret nor a
       * ServiceAccount use the portal's own identity in AWS (environment, IRSA, EKS
       * Pod Identity, instance profile). Whoever may create such objects reads what
       * the portal may read. Default false.
       */
      portalIdentity?: boolean;
    };
  };
}
