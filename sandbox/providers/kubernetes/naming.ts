import { createHash, randomBytes } from "node:crypto";

import {
  type CheckRequest,
  isObject,
  isUnknown,
  type Value,
  type Values,
  valueAt,
} from "../protocol/index.js";

/** Marks names that Pulumi chose; they are new for every replacement. */
const autonamed = "pulumi.com/autonamed";

/** What naming an object came to: the object, or why it can't be named. */
export type Named = { readonly object: Values } | { readonly failure: string };

/** Whether an object's name was chosen by Pulumi. */
export function isAutonamed(object: Values): boolean {
  return valueAt(object, ["metadata", "annotations", autonamed]) === "true";
}

/**
 * Names an object whose inputs give no name: keeps the name that it had, takes what Pulumi's configuration
 * proposes, or adds eight random digits to the resource's name, the same in preview and update.
 */
export function nameObject(
  object: Values,
  { name, seed, olds, autonaming }: Pick<CheckRequest, "name" | "seed" | "olds" | "autonaming">,
): Named {
  const metadata = object.metadata ?? {};
  if (!isObject(metadata) || isGiven(metadata.name)) return { object };
  if (isUnknown(metadata.generateName)) return { object };
  const old = valueAt(olds, ["metadata", "name"]);
  if (isAutonamed(olds) && typeof old === "string") return { object: withName(object, metadata, old) };
  if (typeof metadata.generateName === "string" && metadata.generateName !== "") {
    return { object: withName(object, metadata, metadata.generateName + digits(seed, 5)) };
  }
  switch (autonaming?.mode) {
    case "disable":
      return { failure: "is missing, and Pulumi's configuration disables automatic names" };
    case "enforce":
    case "propose":
      return { object: withName(object, metadata, autonaming.proposed) };
    default:
      return { object: withName(object, metadata, `${name}-${digits(seed, 8)}`) };
  }
}

function isGiven(name: Value | undefined): boolean {
  return isUnknown(name) || (typeof name === "string" && name !== "");
}

function withName(object: Values, metadata: Values, name: string): Values {
  const annotations = isObject(metadata.annotations) ? metadata.annotations : {};
  return { ...object, metadata: { ...metadata, name, annotations: { ...annotations, [autonamed]: "true" } } };
}

function digits(seed: Uint8Array, count: number): string {
  const source = seed.length > 0 ? createHash("sha256").update(seed).digest() : randomBytes(16);
  return source.toString("hex").slice(0, count);
}
