import { hasUnknown, isObject, type Value, type Values } from "../protocol/index.js";
import type { AnyResource } from "./resource.js";

/**
 * Inputs in a form in which equal meaning is equal text: what was left out has its default, what is empty is
 * left out, policies have one spelling, sets one order.
 */
export function canonical(type: AnyResource, inputs: Values): Values {
  const complete: Values = { ...type.defaults, ...withoutEmpty(inputs) };
  const result: Record<string, Value> = {};
  for (const [name, value] of Object.entries(complete)) {
    if (name.startsWith("__")) continue;
    const spell = type.canonical?.[name];
    const spelled = spell && !hasUnknown(value) ? spell(value) : value;
    const kept = isObject(spelled) || Array.isArray(spelled) ? withoutIdle(spelled) : spelled;
    if (!isEmpty(kept)) result[name] = kept;
  }
  return result;
}

function withoutEmpty(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));
}

/** In nested objects a flag that is off is the same as one left out, as the official provider has it. */
function withoutIdle(value: Value): Value {
  if (Array.isArray(value)) return (value as readonly Value[]).map(withoutIdle);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, item]) => [name, withoutIdle(item)] as const)
      .filter(([, item]) => !isEmpty(item) && item !== false),
  );
}

function isEmpty(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** One spelling of a policy: keys sorted, lists of one as the one, principals as ARNs, lists in one order. */
export function canonicalPolicy(value: Value): Value {
  let document: Value;
  try {
    document = typeof value === "string" ? (JSON.parse(value) as Value) : value;
  } catch {
    return value;
  }
  return JSON.stringify(spelled(document));
}

function spelled(value: Value, name = ""): Value {
  if (Array.isArray(value)) {
    const items = (value as readonly Value[]).map((item) => spelled(item));
    // Statements keep their order for the reader; in every other list of a policy it means nothing.
    const ordered =
      name === "Statement" ? items : items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    return ordered.length === 1 && ordered[0] !== undefined ? ordered[0] : ordered;
  }
  if (isObject(value)) {
    const keys = Object.keys(value).sort();
    return Object.fromEntries(keys.map((key) => [key, spelled(value[key] ?? null, key)]));
  }
  // AWS keeps a bare account as its root user, and conditions' flags as text.
  const account = /^arn:aws[\w-]*:iam::(\d{12}):root$/.exec(String(value));
  if (account?.[1]) return account[1];
  return typeof value === "boolean" || typeof value === "number" ? String(value) : value;
}

/** One order for a list in which order means nothing. */
export function canonicalSet(value: Value): Value {
  return Array.isArray(value)
    ? [...(value as readonly Value[])].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    : value;
}
