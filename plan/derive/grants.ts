import { directSites } from "../datasets.js";
import { roleArn } from "../identities.js";
import type { DatasetJob } from "../names.js";
import type { Plan } from "../schema/index.js";
import { tendedDatasets } from "../tended.js";

/** What somebody or something can do to what must survive. */
export interface Grant {
  /** The identity, for people: the ARN of a role or a person's name in `access`. */
  readonly who: string;
  /** Place in the plan that it comes from. */
  readonly at: string;
  readonly kind: "workload" | "deployer" | "break-glass" | "declared";
  /** Datasets or sites in production that it can change. */
  readonly writes: readonly string[];
  /** Sites to whose recovery points it can add. */
  readonly adds: readonly string[];
  /** Sites of which it can delete recovery points or end keys; hiding one behind a delete marker is no deletion. */
  readonly deletes: readonly string[];
  /** Whether it can change what protects them: policies, lifecycle, replication. */
  readonly reconfigures: boolean;
}

/** What one job of a dataset may do; `components/identity` grants exactly this. */
export const jobGrants: Record<DatasetJob, { readonly writes: boolean; readonly adds: boolean }> = {
  /** Makes the keys of recovery points, once, and passwords in the cluster. */
  secrets: { writes: false, adds: true },
  /** Is production, and archives its log. */
  database: { writes: true, adds: true },
  /** Reads production; keeps the repository and writes manifests. What it deletes stays as a version. */
  backup: { writes: false, adds: true },
  /** Reads. */
  restore: { writes: false, adds: false },
  /** Reads every copy, and adds what it found to the chains. */
  verify: { writes: false, adds: true },
  /** Adds tombstones, and marks the objects of dropped points as deleted; they stay as versions. */
  prune: { writes: false, adds: true },
  /** Makes locks longer. */
  lock: { writes: false, adds: true },
  /** Restores dumps into a server of its own, and adds what it found to the chains. */
  drill: { writes: false, adds: true },
  /** Restores physical points into a server of its own, and adds what it found to the chains. */
  replay: { writes: false, adds: true },
};

/** Everyone who may change production or its recovery points, by what components derive and by what `access` says. */
export function grantsOf(plan: Plan): Grant[] {
  return [...workloads(plan), ...people(plan), ...declared(plan)];
}

/** One role for each job of a dataset that Pods look after, at each region. */
function workloads(plan: Plan): Grant[] {
  const regions = Object.entries(plan.sites).filter(([, { kind }]) => kind === "aws-region");
  return tendedDatasets(plan).flatMap(({ name: dataset, spec, jobs }) => {
    const sites = directSites(spec);
    return regions.flatMap(([site]) => {
      return jobs.map((job): Grant => {
        const { writes, adds } = jobGrants[job];
        return {
          who: roleArn(plan, site, dataset, job),
          at: "identities",
          kind: "workload",
          writes: writes ? [dataset] : [],
          adds: adds ? sites : [],
          deletes: [],
          reconfigures: false,
        };
      });
    });
  });
}

/** Deployers change what runs and how vaults are set up; break-glass alone deletes versions and ends keys. */
function people(plan: Plan): Grant[] {
  if (!plan.identities) return [];
  const production = Object.entries(plan.sites).flatMap(([name, site]) => ("role" in site ? [name] : []));
  const vaults = Object.entries(plan.sites).flatMap(([name, site]) =>
    site.kind === "aws-region" || (site.kind === "object-store" && site.provider === "aws") ? [name] : [],
  );
  const { deployers, breakGlass } = plan.identities;
  return [
    ...deployers.map(
      (who, index): Grant => ({
        ...{ who, at: `identities.deployers[${index}]`, kind: "deployer" },
        ...{ writes: production, adds: [], deletes: [], reconfigures: true },
      }),
    ),
    ...breakGlass.map(
      (who, index): Grant => ({
        ...{ who, at: `identities.breakGlass[${index}]`, kind: "break-glass" },
        ...{ writes: [], adds: [], deletes: vaults, reconfigures: true },
      }),
    ),
  ];
}

const declared = (plan: Plan): Grant[] =>
  Object.entries(plan.access).map(([name, { writes, deletes }]) => ({
    ...{ who: name, at: `access.${name}`, kind: "declared" },
    ...{ writes, adds: [], deletes, reconfigures: false },
  }));

/**
 * Whether a principal of `identities` covers another: the same, or a pattern with `*` and `?` that matches it, as
 * `ArnLike` does.
 */
export function covers(pattern: string, who: string): boolean {
  if (!pattern.includes("*") && !pattern.includes("?")) return pattern === who;
  const source = [...pattern]
    .map((each) => (each === "*" ? ".*" : each === "?" ? "." : each.replace(/[\\^$.|+()[\]{}]/, "\\$&")))
    .join("");
  return new RegExp(`^${source}$`).test(who);
}
