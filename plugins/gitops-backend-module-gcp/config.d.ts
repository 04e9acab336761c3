export interface Config {
  gitops?: {
    /** What the module for Google Cloud may do. */
    gcp?: {
      /**
       * Let Buckets, and sources from registries, that name neither a Secret nor a
       * ServiceAccount use the portal's own identity in Google Cloud (application
       * default credentials). Whoever may create such objects reads what the portal
       * may read. Default false.
       */
      portalIdentity?: boolean;
    };
  };
}
