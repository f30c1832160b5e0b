import {
  type Failure,
  formatPath,
  isObject,
  isUnknown,
  type Path,
  type Value,
  type Values,
} from "../../protocol/index.js";
import { type Properties, type Shape, schema } from "../schema/schema.js";
import { nearest } from "./nearest.js";

/**
 * Holds values against the official package's own types: unknown names, missing ones and wrong types, each with
 * its path. What is not known yet in a preview passes.
 */
export function shapeFailures(
  values: Values,
  properties: Properties,
  what: string,
  path: Path = [],
): Failure[] {
  const failures: Failure[] = [];
  for (const [name, value] of Object.entries(values)) {
    const property = properties[name];
    const here = [...path, name];
    if (!property) failures.push({ property: formatPath(here), reason: unknownName(name, properties, what) });
    else if (value !== null) failures.push(...valueFailures(value, property.shape, here));
  }
  for (const [name, { required }] of Object.entries(properties)) {
    if (required && (values[name] ?? null) === null)
      failures.push({ property: formatPath([...path, name]), reason: `is missing; ${what} needs it` });
  }
  return failures;
}

function unknownName(name: string, properties: Properties, what: string): string {
  const names = Object.keys(properties);
  const near = nearest(name, names);
  const hint = near.length > 0 ? `did you mean ${near.join(" or ")}?` : `it has ${names.join(", ")}`;
  return `is not a property of ${what}; ${hint}`;
}

function valueFailures(value: Value, shape: Shape, path: Path): Failure[] {
  if (isUnknown(value)) return [];
  switch (shape.kind) {
    case "any":
    case "asset":
      return [];
    case "string":
    case "number":
    case "boolean":
      return typeof value === shape.kind ? closedFailures(value, shape, path) : [wrong(value, shape, path)];
    case "list":
      if (!Array.isArray(value)) return [wrong(value, shape, path)];
      return (value as readonly Value[]).flatMap((item, index) =>
        valueFailures(item, shape.of, [...path, index]),
      );
    case "map":
      if (!isObject(value)) return [wrong(value, shape, path)];
      return Object.entries(value).flatMap(([key, item]) => valueFailures(item, shape.of, [...path, key]));
    case "object":
      if (!isObject(value)) return [wrong(value, shape, path)];
      return shapeFailures(value, schema.types[shape.type] ?? {}, shape.type, path);
    case "union":
      return shape.of.some((option) => valueFailures(value, option, path).length === 0)
        ? []
        : [wrong(value, shape, path)];
  }
}

function closedFailures(value: Value, shape: Shape, path: Path): Failure[] {
  if (shape.kind !== "string" || !shape.closed || shape.known?.includes(String(value))) return [];
  const reason = `is ${JSON.stringify(value)}; it can be ${shape.known?.join(", ")}`;
  return [{ property: formatPath(path), reason }];
}

/** Names the type that came, not the value, which may be a secret. */
function wrong(value: Value, shape: Shape, path: Path): Failure {
  const given = value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
  return { property: formatPath(path), reason: `is ${given}; it has to be ${describe(shape)}` };
}

function describe(shape: Shape): string {
  switch (shape.kind) {
    case "list":
      return `a list, each item ${describe(shape.of)}`;
    case "map":
      return `an object, each value ${describe(shape.of)}`;
    case "object":
      return `an object (${shape.type})`;
    case "union":
      return shape.of.map(describe).join(" or ");
    default:
      return `a ${shape.kind}`;
  }
}
