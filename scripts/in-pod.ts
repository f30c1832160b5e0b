/** Names the site of a Pod; set by the components on every container of the runner image. */
export const siteVariable = "SECONDSITE_SITE";

/** Whether this is a Pod that a stack deployed: it acts as one job's identity, and starts no others. */
export const inPod = (): boolean =>
  process.env.KUBERNETES_SERVICE_HOST !== undefined && process.env[siteVariable] !== undefined;
