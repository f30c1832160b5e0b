import { createHash } from "node:crypto";

import type { CheckRequest, Failure, Value, Values } from "../protocol/index.js";
import type { AnyResource } from "./resource.js";

/** Inputs whose value is the provider's choice; kept with them, as the official provider does. */
export const defaultsKey = "__defaults";

/** What naming adds to the inputs, and what is wrong with it. */
export interface Naming {
  readonly added: Readonly<Record<string, Value>>;
  readonly failures: readonly Failure[];
}

/**
 * Names a resource that the program leaves unnamed: its Pulumi name and seven hexadecimal digits, kept from one
 * update to the next.
 */
export function naming(type: AnyResource, request: CheckRequest): Naming {
  const { autoname } = type;
  const { news, olds, name, seed, autonaming } = request;
  const none = { added: {}, failures: [] };
  if (!autoname || (news[autoname.property] ?? null) !== null) return none;
  // A prefix is the program's own way to ask for a name; AWS's provider makes one of it.
  const prefixProperty = prefixOf(autoname.property);
  const prefix = typeof news[prefixProperty] === "string" ? String(news[prefixProperty]) : undefined;
  const { property } = autoname;
  const chosen =
    isChosen(olds, property) && olds[prefixProperty] === news[prefixProperty] ? olds[property] : undefined;
  if (chosen !== undefined) return { added: { [property]: chosen, [defaultsKey]: [property] }, failures: [] };
  if (autonaming?.mode === "disable") {
    const reason = "is missing; automatic names are switched off in Pulumi's configuration";
    return { added: {}, failures: [{ property, reason }] };
  }
  const digits = createHash("sha256").update(seed).digest("hex").slice(0, 7);
  const spelledName = autoname.lowercase ? name.toLowerCase() : name;
  const start = prefix ?? `${autoname.prefix ?? ""}${spelledName}-`;
  const random = autoname.random ?? true;
  let made = random
    ? `${start.slice(0, autoname.maxLength - digits.length)}${digits}`
    : (prefix ?? spelledName);
  if (autonaming && prefix === undefined) {
    const proposed = autoname.lowercase ? autonaming.proposed.toLowerCase() : autonaming.proposed;
    made = autonaming.mode === "enforce" ? autonaming.proposed : `${autoname.prefix ?? ""}${proposed}`;
  }
  return { added: { [property]: made, [defaultsKey]: [property] }, failures: [] };
}

/** Whether the provider chose the value of an input. */
export function isChosen(inputs: Values, property: string): boolean {
  const chosen = inputs[defaultsKey];
  return Array.isArray(chosen) && (chosen as readonly Value[]).includes(property);
}

function prefixOf(property: string): string {
  return `${property}Prefix`;
}
