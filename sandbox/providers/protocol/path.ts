import { isList, isObject, type Value } from "./values.js";

/** Where a property stands: names and list indexes from the resource's root. */
export type Path = readonly (string | number)[];

/** Writes a path the way Pulumi does: `spec.containers[0].image`, `metadata.labels["app.example/name"]`. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      if (!/^[A-Za-z_$][\w$-]*$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join("");
}

/** Reads a path as Pulumi writes it; the opposite of {@link formatPath}. A list's `[*]` becomes `"*"`. */
export function parsePath(text: string): Path {
  const parts: (string | number)[] = [];
  for (const match of text.matchAll(/\[("(?:[^"\\]|\\.)*"|\d+|\*)\]|([^.[\]]+)/g)) {
    const [, bracket, name] = match;
    if (name !== undefined) parts.push(name);
    else if (bracket === "*") parts.push("*");
    else if (bracket !== undefined) parts.push(JSON.parse(bracket) as string | number);
  }
  return parts;
}

/** The value at a path, or undefined where the path leads nowhere. */
export function valueAt(root: Value | undefined, path: Path): Value | undefined {
  let here: Value | undefined = root;
  for (const part of path) {
    if (isList(here)) here = typeof part === "number" ? here[part] : undefined;
    else if (isObject(here)) here = Object.hasOwn(here, part) ? here[part] : undefined;
    else return undefined;
  }
  return here;
}
