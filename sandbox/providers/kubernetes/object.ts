import { createHash } from "node:crypto";

import { isObject, type Outgoing, type Path, type Value, type Values, valueAt } from "../protocol/index.js";
import type { ObjectRef, Resource } from "./cluster.js";
import type { Kind } from "./kind.js";
import { marked } from "./secret-data.js";

/** Property of a resource's state that remembers under which name its fields are owned. */
const managerProperty = "__fieldManager";

/** Which object inputs describe; they have to be named by then. */
export function refOf(kind: Kind, inputs: Values): ObjectRef {
  const name = valueAt(inputs, ["metadata", "name"]);
  const namespace = valueAt(inputs, ["metadata", "namespace"]);
  return {
    kind,
    name: typeof name === "string" ? name : "",
    ...(typeof namespace === "string" ? { namespace } : {}),
  };
}

/** A resource's id: `namespace/name`, or `name` for objects of the whole cluster. */
export function idOf({ namespace, name }: ObjectRef): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Which object an id names; a name alone means the default namespace. */
export function refOfId(kind: Kind, id: string, resource: Resource, defaultNamespace: string): ObjectRef {
  const [first = "", second] = id.split("/");
  if (!resource.namespaced) return { kind, name: second ?? first };
  return second === undefined
    ? { kind, namespace: defaultNamespace, name: first }
    : { kind, namespace: first, name: second };
}

/**
 * Name under which a resource owns its fields of an object: two resources that declare the same object, in
 * whatever stacks, are two owners and get a conflict instead of overwriting each other.
 */
export function managerOf(urn: string, state: Values = {}): string {
  const known = state[managerProperty];
  if (typeof known === "string") return known;
  return `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;
}

/** An object as a resource's state. */
export function stateOf(kind: Kind, live: Values, manager: string): Outgoing {
  const { managedFields: _owners, ...metadata } = isObject(live.metadata) ? live.metadata : {};
  return { ...(marked(kind, { ...live, metadata }) as Values), [managerProperty]: manager };
}

/** An object with the value at a path replaced; where the path leads nowhere it is as it was. */
export function withValue(root: Value, path: Path, value: Value): Value {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof first === "number" && Array.isArray(root) && first < root.length) {
    return root.map((item: Value, index) => (index === first ? withValue(item, rest, value) : item));
  }
  if (typeof first !== "string" || !isObject(root)) return root;
  return { ...root, [first]: withValue(root[first] ?? (rest.length > 0 ? {} : null), rest, value) };
}

/**
 * Whether an object sets the field that the API server names in a conflict, for example
 * `.spec.template.spec.containers[name="app"].image`.
 */
export function sets(object: Value | undefined, field: string): boolean {
  if (object === undefined) return false;
  if (field === "") return true;
  if (Array.isArray(object)) {
    const [whole, inner = ""] = /^\[([^\]]*)\]/.exec(field) ?? [];
    if (whole === undefined) return false;
    const items = object.filter((item: Value) => selects(inner, item));
    return items.some((item: Value) => sets(item, field.slice(whole.length)));
  }
  if (!isObject(object)) return false;
  // Keys may hold dots themselves, so they are looked for instead of split off.
  return Object.entries(object).some(([key, value]) => {
    const rest = field.startsWith(`.${key}`) ? field.slice(key.length + 1) : undefined;
    return rest !== undefined && (rest === "" || /^[.[]/.test(rest)) && sets(value, rest);
  });
}

/** Whether a list's item is the one that `name="app"` or `containerPort=80,protocol="TCP"` means. */
function selects(selector: string, item: Value): boolean {
  if (selector.startsWith("=")) return JSON.stringify(item) === selector.slice(1);
  return [...selector.matchAll(/([^=,]+)=("(?:[^"\\]|\\.)*"|[^,]+)/g)].every(([, key = "", value = ""]) => {
    const given = isObject(item) ? item[key] : undefined;
    return given === undefined || JSON.stringify(given) === value;
  });
}
