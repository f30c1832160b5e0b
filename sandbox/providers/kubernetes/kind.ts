import { SandboxInputError } from "../../errors.js";

/** What kind of object a resource is. */
export interface Kind {
  /** API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Resource types of the package that are no objects of a cluster but made by the official provider itself. */
const notObjects = new Set(["helm.sh", "yaml", "kustomize"]);

/**
 * Reads a type token, for example `kubernetes:apps/v1:Deployment` or `kubernetes:core/v1:Secret`.
 *
 * @throws {SandboxInputError} when the token names no kind of object that can be created
 */
export function kindOf(token: string): Kind {
  const match = /^kubernetes:([^:/]+)\/([^:/]+):([A-Z][A-Za-z0-9]*)$/.exec(token);
  const [, group, version, kind] = match ?? [];
  if (group === undefined || version === undefined || kind === undefined || notObjects.has(group)) {
    throw new SandboxInputError(
      `resource type "${token}" is not known here; known is kubernetes:<group>/<version>:<Kind>, ` +
        "for example kubernetes:apps/v1:Deployment",
    );
  }
  if (kind.endsWith("Patch") || (kind.endsWith("List") && kind !== "List")) {
    throw new SandboxInputError(
      `resource type "${token}" is not known here: ${kind} is no object of its own; ` +
        `declare each object as kubernetes:${group}/${version}:${kind.replace(/(Patch|List)$/, "")}`,
    );
  }
  return { group: group === "core" ? "" : group, version, kind };
}

/** `v1` or `apps/v1`, as manifests write it. */
export function apiVersionOf({ group, version }: Kind): string {
  return group === "" ? version : `${group}/${version}`;
}

/** Where the API server serves a group, for example `/apis/apps/v1`. */
export function groupPath({ group, version }: Kind): string {
  return group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** Whether Kubernetes itself brings the group, so that no later resource can add it. */
export function isBuiltIn({ group }: Kind): boolean {
  return !group.includes(".") || group.endsWith(".k8s.io");
}
