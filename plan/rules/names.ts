import type { Problem } from "../errors.js";

/** Names that a part of the plan gives, by kind; `undefined` when that part could not be read. */
export type Names = object | undefined;

/** More than these names in one message help nobody. */
const shownNames = 12;

/** The names there are, shortened: `a, b and 3 more`. */
export function known(names: object): string {
  const all = Object.keys(names);
  const more = all.length - shownNames;
  return all.length === 0
    ? "none"
    : `${all.slice(0, shownNames).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** A problem when a name was given that nothing bears. Nothing given, or nothing to compare with, is no problem here. */
export function unknownName(kind: string, at: string, given: string | undefined, names: Names): Problem[] {
  return given === undefined || names === undefined || Object.hasOwn(names, given)
    ? []
    : [{ at, message: `no ${kind} is called "${given}"; there are: ${known(names)}` }];
}

/** The same for each name of a list, with its place in it; a name that is there twice is a problem too. */
export function unknownNames(
  kind: string,
  at: string,
  given: readonly (string | undefined)[],
  names: Names,
): Problem[] {
  return given.flatMap((name, index) => [
    ...unknownName(kind, `${at}[${index}]`, name, names),
    ...(name !== undefined && given.indexOf(name) < index
      ? [{ at: `${at}[${index}]`, message: `"${name}" is named twice` }]
      : []),
  ]);
}
