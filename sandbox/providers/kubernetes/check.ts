import { SandboxInputError } from "../../errors.js";
import {
  type CheckAnswer,
  type CheckRequest,
  type Failure,
  isObject,
  isUnknown,
  type Values,
} from "../protocol/index.js";
import { judgeOf } from "./await/index.js";
import type { Cluster, Resource } from "./cluster.js";
import { apiVersionOf, isBuiltIn, type Kind, kindOf } from "./kind.js";
import { nameObject } from "./naming.js";
import { marked } from "./secret-data.js";
import { validate } from "./validate.js";

/**
 * Completes an object (kind, name, namespace) and judges it by the cluster's schema of its kind.
 *
 * @throws {SandboxInputError} when the kind is not known
 */
export async function check(request: CheckRequest, cluster: Cluster): Promise<CheckAnswer> {
  const kind = kindOf(request.type);
  const resource = await cluster.resourceOf(kind, request.signal);
  if (resource === undefined && isBuiltIn(kind)) {
    throw new SandboxInputError(
      `the cluster has no kind "${kind.kind}" in ${apiVersionOf(kind)}; check the group, version and kind`,
    );
  }
  const declared = { ...request.news, apiVersion: apiVersionOf(kind), kind: kind.kind };
  const named = nameObject(declared, request);
  if ("failure" in named) {
    const failure = { property: "metadata.name", reason: named.failure };
    return { inputs: marked(kind, declared), failures: [failure] };
  }
  const placed = place(named.object, resource, request.olds, cluster.defaultNamespace);
  const schema = await cluster.schemas.of(kind);
  const failures = [
    ...placed.failures,
    ...(schema ? validate(placed.object, schema) : []),
    ...annotationFailures(kind, placed.object),
  ];
  return { inputs: marked(kind, placed.object), failures };
}

/** Gives the object its namespace, or says that it can have none. */
function place(object: Values, resource: Resource | undefined, olds: Values, namespace: string) {
  const failures: Failure[] = [];
  const metadata = object.metadata ?? {};
  if (!isObject(metadata) || resource === undefined) return { object, failures };
  const given = metadata.namespace;
  const absent = given === undefined || given === null || given === "";
  // Made before the cluster knew its kind, it got its namespace from the cluster and is not to be moved now.
  const left = isObject(olds.metadata) && olds.metadata.namespace === undefined;
  if (resource.namespaced && absent && !left) {
    return { object: { ...object, metadata: { ...metadata, namespace } }, failures };
  }
  if (!resource.namespaced && !absent) {
    const shown = isUnknown(given) ? "one" : JSON.stringify(given);
    failures.push({
      property: "metadata.namespace",
      reason: `must be left out, as ${String(object.kind)} belongs to the whole cluster; got ${shown}`,
    });
  }
  return { object, failures };
}

function annotationFailures(kind: Kind, object: Values): Failure[] {
  try {
    judgeOf(kind, object);
    return [];
  } catch (error) {
    if (!(error instanceof SandboxInputError)) throw error;
    return [{ property: 'metadata.annotations["pulumi.com/waitFor"]', reason: error.message }];
  }
}
