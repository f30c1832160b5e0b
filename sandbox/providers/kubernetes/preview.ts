import { isObject, type Outgoing, unknown, type Values, valueAt } from "../protocol/index.js";
import { ApiError, isNamespaceMissing, isNotFound } from "./api-error.js";
import type { Cluster, ObjectRef, WriteOptions } from "./cluster.js";

/**
 * What the server would make of a new object, by a dry run of its creation. Where its namespace or its kind
 * does not exist yet, as the same update creates it, the dry run is made elsewhere or left to the schema.
 *
 * @param taken called when an object of that name exists already
 */
export async function previewCreate(
  ref: ObjectRef,
  object: Values,
  cluster: Cluster,
  options: WriteOptions,
  taken: () => void,
): Promise<Values> {
  const attempt = (renamed: Partial<ObjectRef>) =>
    cluster.tryCreate({ ...ref, ...renamed }, inMetadata(object, renamed), options);
  try {
    return await attempt({});
  } catch (error) {
    if (error instanceof ApiError && error.reason === "AlreadyExists") {
      taken();
      return attempt({ name: `${ref.name}-preview` });
    }
    if (isNamespaceMissing(error)) return elsewhere(() => attempt({ namespace: "default" }), object);
    if (isNotFound(error)) return object;
    throw error;
  }
}

/** In another namespace only refusals of the object itself count. */
async function elsewhere(attempt: () => Promise<Values>, object: Values): Promise<Values> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof ApiError && error.status !== 400 && error.status !== 422) return object;
    throw error;
  }
}

function inMetadata(
  object: Values,
  renamed: { readonly name?: string; readonly namespace?: string },
): Values {
  const { name, namespace } = renamed;
  const metadata = {
    ...(isObject(object.metadata) ? object.metadata : {}),
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
  };
  return { ...object, metadata };
}

/** Properties that a dry run makes up: the real object will have other values. */
const madeUp: readonly (readonly [string, string])[] = [
  ["metadata", "creationTimestamp"],
  ["metadata", "resourceVersion"],
  ["metadata", "uid"],
  ["spec", "clusterIP"],
  ["spec", "clusterIPs"],
  ["spec", "healthCheckNodePort"],
  ["spec", "volumeName"],
];

/** A previewed object as state: as the server would make it, but with unknowns for what a dry run can't tell. */
export function previewed(inputs: Values, made: Values): Outgoing {
  const state: Record<string, Outgoing> = { ...made, status: unknown };
  for (const [part, name] of madeUp) {
    const section = state[part];
    if (!isObject(section) || section[name] === undefined || valueAt(inputs, [part, name]) !== undefined)
      continue;
    state[part] = { ...section, [name]: unknown };
  }
  const { managedFields: _owners, ...metadata } = isObject(state.metadata) ? state.metadata : {};
  const { name, namespace } = isObject(inputs.metadata) ? inputs.metadata : {};
  return { ...state, metadata: { ...metadata, name, namespace } };
}
