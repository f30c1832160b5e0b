import {
  type Failure,
  formatPath,
  isList,
  isObject,
  isUnknown,
  type Path,
  type Value,
} from "../protocol/index.js";
import type { KindSchema, Schema } from "./schemas.js";

/**
 * Judges an object by the cluster's own schema of its kind: unknown properties, missing ones, wrong types and
 * values outside an enumeration, each with its path. What is not known yet passes.
 */
export function validate(object: Value, schema: KindSchema): Failure[] {
  const failures: Failure[] = [];
  const fail = (path: Path, reason: string) => failures.push({ property: formatPath(path), reason });
  judge(object, schema.root, []);
  return failures;

  function judge(value: Value, raw: Schema, path: Path): void {
    const here = schema.resolve(raw);
    // Kubernetes reads null as absent.
    if (isUnknown(value) || value === null) return;
    const allowed = typesOf(here);
    if (allowed.length > 0 && !allowed.some((type) => hasType(value, type))) {
      fail(path, `must be ${allowed.map(article).join(" or ")}, got ${article(typeName(value))}`);
      return;
    }
    const { enum: choices } = here;
    if (isList(choices) && !choices.includes(value)) {
      fail(
        path,
        `must be one of ${choices.map((one) => JSON.stringify(one)).join(", ")}, got ${JSON.stringify(value)}`,
      );
    } else if (isList(value)) {
      const items = schema.items(here);
      if (items) for (const [index, item] of value.entries()) judge(item, items, [...path, index]);
    } else if (isObject(value)) judgeObject(value, here, path);
    else if (here.format === "byte" && !/^[A-Za-z0-9+/=\s]*$/.test(String(value))) {
      fail(path, "must be encoded as base64");
    }
  }

  function judgeObject(value: { readonly [key: string]: Value }, here: Schema, path: Path): void {
    const { properties, additionalProperties, required } = here;
    const open = here["x-kubernetes-preserve-unknown-fields"] === true || additionalProperties === true;
    const free = !isObject(properties) && additionalProperties === undefined;
    for (const [name, item] of Object.entries(value)) {
      const property = schema.property(here, name);
      if (property) judge(item, property, [...path, name]);
      else if (!open && !free) fail([...path, name], unknownProperty(name, properties, here));
    }
    for (const name of isList(required) ? required : []) {
      const given = typeof name === "string" ? value[name] : null;
      const filled = typeof name === "string" && isFilled(schema.property(here, name)?.default);
      if (typeof name === "string" && (given === undefined || given === null) && !filled) {
        fail([...path, name], "is missing");
      }
    }
  }
}

/** The schema also gives Go's zero values as defaults of what has to be given. */
function isFilled(standard: Value | undefined): boolean {
  return typeof standard === "string" || typeof standard === "number" ? Boolean(standard) : standard === true;
}

function unknownProperty(name: string, properties: Value | undefined, here: Schema): string {
  const known = isObject(properties) ? Object.keys(properties) : [];
  const near = known.find((other) => distance(other.toLowerCase(), name.toLowerCase()) <= 2);
  const owner = typeof here.description === "string" ? /^\w+/.exec(here.description)?.[0] : undefined;
  if (near !== undefined) return `is no property here; did you mean "${near}"?`;
  return `is no property${owner ? ` of ${owner}` : ""}; known are ${known.slice(0, 40).join(", ")}`;
}

function typesOf(schema: Schema): string[] {
  if (schema["x-kubernetes-int-or-string"] === true) return ["integer", "string"];
  if (typeof schema.type === "string") return [schema.type];
  const options = schema.oneOf ?? schema.anyOf;
  if (!isList(options)) return [];
  const types = options.map((option) => (isObject(option) ? option.type : undefined));
  return types.every((type) => typeof type === "string") ? types : [];
}

function hasType(value: Value, type: string): boolean {
  switch (type) {
    case "object":
      return isObject(value);
    case "array":
      return isList(value);
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    default:
      return typeof value === type;
  }
}

function typeName(value: Value): string {
  if (isList(value)) return "array";
  return typeof value;
}

function article(type: string): string {
  const name = { array: "list", string: "text", boolean: "boolean" }[type] ?? type;
  return /^[aeio]/.test(name) ? `an ${name}` : `a ${name}`;
}

/** Number of single-letter changes between two words. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [at, letter] of [...left].entries()) {
    const next = [at + 1];
    for (const [to, other] of [...right].entries()) {
      const swap = (row[to] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(swap, (row[to + 1] ?? 0) + 1, (next[to] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
