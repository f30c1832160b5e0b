import { isObject, isUnknown, type Outgoing, Secret, type Value, type Values } from "../protocol/index.js";
import type { Kind } from "./kind.js";

/** Whether a kind is Kubernetes' Secret. */
export function isSecretKind({ group, kind }: Kind): boolean {
  return group === "" && kind === "Secret";
}

/**
 * Adds `stringData` to a Secret as the server tells it: the server takes that property on writing and
 * answers with `data` alone, so without it a changed value would not be seen.
 */
export function withStringData(kind: Kind, object: Values): Values {
  const { data } = object;
  if (!isSecretKind(kind) || !isObject(data)) return object;
  const texts = Object.entries(data).map(([key, value]) => [key, decode(value)] as const);
  return { ...object, stringData: Object.fromEntries(texts) };
}

/** Marks what is secret in an object. */
export function marked(kind: Kind, object: Values): Outgoing {
  if (!isSecretKind(kind)) return object;
  const { data, stringData } = object;
  return {
    ...object,
    ...(data === undefined ? {} : { data: new Secret(data) }),
    ...(stringData === undefined ? {} : { stringData: new Secret(stringData) }),
  };
}

function decode(value: Value): Value {
  if (typeof value !== "string" || isUnknown(value)) return value;
  return Buffer.from(value, "base64").toString();
}
