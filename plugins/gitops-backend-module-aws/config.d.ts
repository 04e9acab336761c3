export interface Config {
  gitops?: {
    /** What the module for AWS may do. */
    aws?: {
      /**
       * Let objects that name neither a Secret nor a ServiceAccount use the portal's own
       * identity in AWS (environment, IRSA, EKS Pod Identity, instance profile): Buckets,
       * sources from registries, `spec.decryption` of Kustomizations, and ConfigMaps of
       * `spec.kubeConfig`. Whoever may create such objects reads and opens what the portal
       * may, and delivers to clusters that it may reach. Default false.
       */
      portalIdentity?: boolean;
    };
  };
}
