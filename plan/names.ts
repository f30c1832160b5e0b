import type { Plan } from "./schema/index.js";

/**
 * Names as functions of the plan.
 *
 * A standby computes every name it needs; it never reads the lost region's state to learn one.
 */

/** Name of the stack that plays a role for a plan: `chat-backup`, `chat-standby-oregon`, `chat-dns`. */
export const stackName = (
  plan: Plan,
  role: "backup" | "standby" | "dns" | "restore",
  ...more: string[]
): string => [plan.name, role, ...more].join("-");

/** Namespace of the plan's workloads in every cluster. */
export const namespace = (plan: Plan): string => plan.name;

/** Bucket that holds a site's recovery points of one category. */
export const vaultBucket = (plan: Plan, site: string, category: string): string =>
  existingBucket(plan, site) ?? `${plan.bucketPrefix ?? plan.name}-${site}-${category}`;

/** Bucket that holds the leases. */
export const leaseBucket = (plan: Plan, witness: string): string =>
  existingBucket(plan, witness) ?? `${plan.bucketPrefix ?? plan.name}-${witness}-lease`;

/** Object that is a dataset's lease. */
export const leaseKey = (dataset: string): string => `leases/${dataset}.json`;

/** Alias of a category's key; the same in every region. */
export const keyAlias = (plan: Plan, category: string): string => `alias/${plan.name}-${category}`;

/** The jobs of a dataset that have an identity of their own. */
export const datasetJobs = [
  ...(["secrets", "database", "backup", "restore"] as const),
  ...(["verify", "prune", "lock", "drill", "replay"] as const),
] as const;
export type DatasetJob = (typeof datasetJobs)[number];

/** ServiceAccount of one job. */
export const serviceAccount = (dataset: string, job: DatasetJob): string => `${dataset}-${job}`;

/** IAM role that a site's ServiceAccount assumes by web identity. */
export const roleName = (plan: Plan, site: string, dataset: string, job: DatasetJob): string =>
  `${plan.name}-${site}-${serviceAccount(dataset, job)}`;

/** Start of every key of a dataset's tool repository. */
export const repositoryPrefix = (dataset: string): string => `pgbackrest/${dataset}/`;

/** pgBackRest's `repo-path` of one epoch; a promoted site never writes into an older epoch's. */
export const repositoryPath = (dataset: string, epoch: number): string =>
  `/${repositoryPrefix(dataset)}${epochLabel(epoch)}`;

/** Start of every key of a dataset's sealed points: those that no tool keeps in a repository of its own. */
export const pointsPrefix = (dataset: string): string => `points/${dataset}/`;

/** Start of the keys of the leases of a job; a job's name begins with its dataset's: `messages/logical`. */
export const jobLeasePrefix = (job: string): string => `leases/jobs/${job}/`;

/** Object that a job learns the store's time from. */
export const jobClockKey = (job: string): string => `leases/clock/${job}`;

/** Start of every key of a dataset's chains of manifests. */
export const chainsPrefix = (dataset: string): string => `manifests/${dataset}/`;

/** Start of the keys of one epoch's manifests; numbered within it. */
export const manifestPrefix = (dataset: string, epoch: number): string =>
  `${chainsPrefix(dataset)}${epochLabel(epoch)}/`;

/** Start of every key of the heads of a dataset's chains at other copies. */
export const headsPrefix = (dataset: string): string => `heads/${dataset}/`;

/** Start of every key of what superseded databases of a dataset committed. */
export const divergencePrefixes = (dataset: string): string => `divergence/${dataset}/`;

/** Start of the keys of what a dataset's superseded database committed and the next epoch does not have. */
export const divergencePrefix = (dataset: string, epoch: number): string =>
  `${divergencePrefixes(dataset)}${epochLabel(epoch)}/`;

/** Start of the keys of a site's audit log of one category. */
export const auditPrefix = (site: string, category: string): string => `audit/${site}/${category}/`;

/** Start of the keys of that log's heads, which are kept at another site. */
export const auditAnchorPrefix = (site: string, category: string): string =>
  `audit-anchors/${site}/${category}/`;

/** Start of the keys of a dataset's wrapped keys. */
export const keyPrefix = (dataset: string): string => `keys/${dataset}/`;

/** Object with a dataset's repository passphrase, wrapped by its category's key and for the recovery key's holders. */
export const passphraseKey = (dataset: string): string => `${keyPrefix(dataset)}passphrase.json`;

/** An epoch as it stands in object keys: sorts as text. */
export const epochLabel = (epoch: number): string => `e${String(epoch).padStart(6, "0")}`;

/** The epoch that a label names; undefined when it is none. */
export function epochOf(label: string): number | undefined {
  const digits = /^e(\d{6})$/.exec(label)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** StatefulSet of a restored instance. */
export const restoredServer = (dataset: string, name: string): string => `${dataset}-${name}`;

/** Kubernetes Secret with a dataset's passwords and TLS material; made in the cluster, never in Pulumi state. */
export const datasetSecret = (dataset: string): string => `${dataset}-secrets`;

function existingBucket(plan: Plan, site: string): string | undefined {
  const found = plan.sites[site];
  return found?.kind === "object-store" ? found.bucket?.existing : undefined;
}
