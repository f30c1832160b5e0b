/** A property value as providers see it: JSON, plus what is not known during a preview. */
export type Value = null | boolean | number | string | Unknown | readonly Value[] | Values;

/** An object of property values. */
export interface Values {
  readonly [key: string]: Value;
}

/** Stands for a value that only exists once another resource does; seen in previews only. */
export class Unknown {
  readonly #unknown = true;

  /** Whether a value is not known yet. */
  static is(value: unknown): value is Unknown {
    return typeof value === "object" && value !== null && #unknown in value;
  }

  toString(): string {
    return "(known after up)";
  }
}

/** The one unknown value. */
export const unknown = new Unknown();

/** Whether a value is not known yet. */
export function isUnknown(value: unknown): value is Unknown {
  return Unknown.is(value);
}

/** Whether a value is a list. */
export function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value);
}

/** Whether a value is an object with properties (not a list, not null, not unknown). */
export function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !isList(value) && !isUnknown(value);
}

/** Whether a value, or anything in it, is not known yet. */
export function hasUnknown(value: Value): boolean {
  if (isUnknown(value)) return true;
  if (isList(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}

/**
 * The same value without what is not known: unknown properties are left out, and so are list items that
 * are unknown as a whole. For checking in a preview what can already be checked.
 */
export function knownPart(value: Value): Value {
  if (isList(value)) {
    return value.filter((item) => !isUnknown(item)).map(knownPart);
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => !isUnknown(item))
      .map(([key, item]) => [key, knownPart(item)]),
  );
}

/** Whether two values are the same; unknown equals nothing, not even itself. */
export function equal(left: Value | undefined, right: Value | undefined): boolean {
  if (isUnknown(left) || isUnknown(right)) return false;
  if (isList(left)) {
    return (
      isList(right) && left.length === right.length && left.every((item, index) => equal(item, right[index]))
    );
  }
  if (!isObject(left)) return left === right;
  if (!isObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => key in right && equal(left[key], right[key]))
  );
}
