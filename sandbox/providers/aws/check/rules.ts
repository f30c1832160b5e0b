import {
  type Failure,
  formatPath,
  isObject,
  isUnknown,
  type Path,
  parsePath,
  type Value,
  type Values,
} from "../../protocol/index.js";

/** Something that has to hold for a resource's inputs, beyond names and types. */
export type Rule = (inputs: Values) => readonly Failure[];

/** A value found by a path pattern. */
interface Place {
  readonly path: Path;
  readonly value: Value;
}

/** Every known value at a pattern such as `rules[*].destination.storageClass`. */
export function at(inputs: Values, pattern: string): Place[] {
  let places: Place[] = [{ path: [], value: inputs }];
  for (const part of pattern === "" ? [] : parsePath(pattern)) {
    places = places.flatMap(({ path, value }) => {
      if (part === "*" && Array.isArray(value))
        return (value as readonly Value[]).map((item, index) => ({ path: [...path, index], value: item }));
      if (isObject(value) && Object.hasOwn(value, part))
        return [{ path: [...path, part], value: value[part] ?? null }];
      return [];
    });
  }
  return places.filter(({ value }) => value !== null && !isUnknown(value));
}

/** A value that is wrong says why; undefined is fine. */
export function each(pattern: string, judge: (value: Value) => string | undefined): Rule {
  return (inputs) =>
    at(inputs, pattern).flatMap(({ path, value }) => {
      const reason = judge(value);
      return reason === undefined ? [] : [{ property: formatPath(path), reason }];
    });
}

/** The value is one of AWS's. */
export function oneOf(
  pattern: string,
  values: Readonly<Record<string, string>> | readonly (string | number)[],
): Rule {
  const known: readonly (string | number)[] = Array.isArray(values) ? values : Object.values(values);
  return each(pattern, (value) =>
    known.includes(value as string | number)
      ? undefined
      : `is ${JSON.stringify(value)}; AWS takes ${known.join(", ")}`,
  );
}

/** The number is whole and within limits, both included. */
export function range(pattern: string, least: number, most = Number.MAX_SAFE_INTEGER): Rule {
  const limits = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
  return each(pattern, (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= least && value <= most
      ? undefined
      : `is ${JSON.stringify(value)}; it has to be a whole number, ${limits}`,
  );
}

/** The text has a form; `form` says it in words. */
export function format(pattern: string, expression: RegExp, form: string): Rule {
  return each(pattern, (value) =>
    typeof value === "string" && expression.test(value)
      ? undefined
      : `is ${JSON.stringify(value)}; it has to be ${form}`,
  );
}

/** The text is at most so long. */
export function length(pattern: string, most: number, least = 0): Rule {
  return each(pattern, (value) => {
    const size = String(value).length;
    return size >= least && size <= most
      ? undefined
      : `has ${size} characters; AWS takes ${least} to ${most}`;
  });
}

/** The list, or the object, holds this many. */
export function count(pattern: string, least: number, most: number): Rule {
  return each(pattern, (value) => {
    const size = Array.isArray(value) ? value.length : Object.keys(value as Values).length;
    return size >= least && size <= most ? undefined : `has ${size} items; AWS takes ${least} to ${most}`;
  });
}

/** Exactly one of the properties of each object at the pattern is given. */
export function exactlyOne(pattern: string, names: readonly string[]): Rule {
  return given(pattern, names, (present) => present.length === 1, `exactly one of ${names.join(", ")}`);
}

/** At most one of the properties of each object at the pattern is given. */
export function atMostOne(pattern: string, names: readonly string[]): Rule {
  return given(pattern, names, (present) => present.length <= 1, `at most one of ${names.join(", ")}`);
}

/** Where the first property is given, the others are too. */
export function needs(pattern: string, name: string, others: readonly string[]): Rule {
  return given(
    pattern,
    [name, ...others],
    (present) => !present.includes(name) || others.every((other) => present.includes(other)),
    `${others.join(", ")} together with ${name}`,
  );
}

function given(
  pattern: string,
  names: readonly string[],
  holds: (present: readonly string[]) => boolean,
  wanted: string,
): Rule {
  return (inputs) =>
    at(inputs, pattern).flatMap(({ path, value }) => {
      if (!isObject(value)) return [];
      // Something not known yet is given, whatever it will be.
      const present = names.filter((name) => (value[name] ?? null) !== null && value[name] !== false);
      if (holds(present)) return [];
      const found = present.length === 0 ? "none is given" : `given: ${present.join(", ")}`;
      return [{ property: formatPath(path) || (names[0] ?? ""), reason: `needs ${wanted}; ${found}` }];
    });
}

const arnForm = /^arn:aws[\w-]*:[\w-]+:[a-z0-9-]*:(\d{12}|aws|cloudfront)?:.+$/;

/** The text is an Amazon Resource Name. */
export function arn(pattern: string): Rule {
  return format(pattern, arnForm, "an ARN, for example arn:aws:s3:::name");
}

/** The text is a time as RFC 3339 writes it. */
export function timestamp(pattern: string): Rule {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  return format(pattern, form, "an RFC 3339 time, for example 2027-01-31T00:00:00Z");
}

/** Tags as AWS takes them: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
export const tags: Rule = (inputs) =>
  at(inputs, "tags").flatMap(({ value }) => {
    if (!isObject(value)) return [];
    const entries = Object.entries(value);
    const wrong = (key: string, reason: string): Failure => ({ property: formatPath(["tags", key]), reason });
    const failures = entries.flatMap(([key, text]) => {
      if (key.length < 1 || key.length > 128) return [wrong(key, "a tag's key has 1 to 128 characters")];
      if (key.startsWith("aws:")) return [wrong(key, "keys that start with aws: are AWS's own")];
      if (typeof text === "string" && text.length > 256)
        return [wrong(key, "a tag's value has at most 256 characters")];
      return [];
    });
    if (entries.length > 50)
      failures.push({ property: "tags", reason: `has ${entries.length} tags; AWS takes 50` });
    return failures;
  });
