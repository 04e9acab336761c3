export interface Config {
  gitops?: {
    /** What the module for Google Cloud may do. */
    gcp?: {
      /**
       * Let objects that name neither a Secret nor a ServiceAccount use the portal's own
       * identity in Google Cloud (application default credentials): Buckets, sources from
       * registries, `spec.decryption` of Kustomizations, and ConfigMaps of
       * `spec.kubeConfig`. Whoever may create such objects reads and opens what the portal
       * may, and delivers to clusters that it may reach. Default false.
       */
      portalIdentity?: boolean;
    };
  };
}
