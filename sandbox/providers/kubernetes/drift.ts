import { equal, isList, isObject, type Value, type Values } from "../protocol/index.js";
import type { KindSchema, Schema } from "./schemas.js";

/**
 * Inputs that would make an object what it is now.
 *
 * `applied` is what the server would make of the object if the inputs were applied again: it holds the server's
 * spelling of quantities, its defaults, and what others own. Where the object as it is (`live`) says the same,
 * the input stands as it was written; where it says something else, somebody changed it.
 */
export function inputsOf(
  inputs: Values,
  applied: Values,
  live: Values,
  schema: KindSchema | undefined,
): Values {
  return object(inputs, applied, live, schema?.root);

  function object(input: Values, made: Values, is: Values, at: Schema | undefined): Values {
    const found: Record<string, Value> = {};
    for (const [name, value] of Object.entries(input)) {
      const property = at && schema ? schema.property(at, name) : undefined;
      const now = part(value, made[name], is[name], property);
      if (now !== undefined) found[name] = now;
    }
    return found;
  }

  function part(
    input: Value,
    made: Value | undefined,
    is: Value | undefined,
    at: Schema | undefined,
  ): Value | undefined {
    // An empty object or null is something that the server may well leave out.
    if (equal(made, is)) return input;
    if (isObject(input) && isObject(is)) return object(input, isObject(made) ? made : {}, is, at);
    if (isList(input) && isList(is)) return list(input, isList(made) ? made : [], is, at);
    return is;
  }

  function list(
    input: readonly Value[],
    made: readonly Value[],
    is: readonly Value[],
    at: Schema | undefined,
  ): readonly Value[] {
    const item = at && schema ? schema.items(at) : undefined;
    const keys = at && schema ? schema.listKeys(at) : undefined;
    if (keys === undefined) {
      if (is.length !== input.length || made.length !== input.length) return is;
      return input.map((one, index) => part(one, made[index], is[index], item) ?? null);
    }
    // Others may own items of such a list too; ours are found by their keys.
    return input.flatMap((one) => {
      const ours = (other: Value) => isObject(one) && isObject(other) && sameKeys(one, other, keys);
      const now = part(one, made.find(ours), is.find(ours), item);
      return now === undefined ? [] : [now];
    });
  }
}

/** A key that the input leaves to the server's default says nothing. */
function sameKeys(input: Values, other: Values, keys: readonly string[]): boolean {
  return keys.every((key) => input[key] === undefined || equal(input[key], other[key]));
}

/** Properties of an object's metadata that the server fills in. */
const serverMetadata = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "ownerReferences",
  "resourceVersion",
  "selfLink",
  "uid",
];

/** Inputs for an object that nobody made through Pulumi yet: the object without what the server fills in. */
export function adoptedInputs(live: Values): Values {
  const { status: _status, ...rest } = live;
  const metadata = isObject(live.metadata) ? Object.entries(live.metadata) : [];
  return {
    ...rest,
    metadata: Object.fromEntries(metadata.filter(([name]) => !serverMetadata.includes(name))),
  };
}
