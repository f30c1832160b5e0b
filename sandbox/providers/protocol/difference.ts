import { formatPath, type Path } from "./path.js";
import type { Change } from "./program.js";
import { equal, isList, isObject, isUnknown, type Value } from "./values.js";

/** Every property that differs, by its path as Pulumi writes it; the deepest place that shows it is named. */
export function differences(old: Value | undefined, next: Value | undefined): Record<string, Change> {
  const found: Record<string, Change> = {};
  compare(old, next, [], found);
  return found;
}

function compare(
  old: Value | undefined,
  next: Value | undefined,
  path: Path,
  found: Record<string, Change>,
): void {
  if (old === undefined && next === undefined) return;
  if (old === undefined) found[formatPath(path)] = "add";
  else if (next === undefined) found[formatPath(path)] = "delete";
  else if (isUnknown(next) || isUnknown(old)) found[formatPath(path)] = "update";
  else if (isList(old) && isList(next)) {
    for (let index = 0; index < Math.max(old.length, next.length); index++) {
      compare(old[index], next[index], [...path, index], found);
    }
  } else if (isObject(old) && isObject(next)) {
    for (const key of new Set([...Object.keys(old), ...Object.keys(next)])) {
      compare(old[key], next[key], [...path, key], found);
    }
  } else if (!equal(old, next)) found[formatPath(path)] = "update";
}
