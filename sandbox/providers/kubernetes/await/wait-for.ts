import { SandboxInputError } from "../../../errors.js";
import { parsePath, type Values, valueAt } from "../../protocol/index.js";
import { condition, failed, type Judge, ready, waiting } from "./verdict.js";

/**
 * Reads the `pulumi.com/waitFor` annotation: `condition=Ready`, `condition=Ready=False`,
 * `jsonpath={.status.phase}` (exists), `jsonpath={.status.phase}=Running`, or a JSON list of these, all of which
 * have to hold.
 *
 * @throws {SandboxInputError} when it is none of these
 */
export function waitFor(annotation: string): Judge {
  const judges = parts(annotation).map((part) => ({ part, holds: conditionOf(part) ?? pathOf(part) }));
  const broken = judges.find(({ holds }) => holds === undefined);
  if (broken) {
    throw new SandboxInputError(
      `metadata.annotations["pulumi.com/waitFor"] must be condition=<type>[=<status>], ` +
        `jsonpath={.path}[=<value>] or a JSON list of these, got ${JSON.stringify(broken.part)}`,
    );
  }
  return async (object) => {
    if (valueAt(object, ["metadata", "deletionTimestamp"]) !== undefined)
      return failed("it is being deleted");
    const open = judges.filter(({ holds }) => !holds?.(object)).map(({ part }) => part);
    return open.length === 0 ? ready : waiting(`waiting for ${open.join(", ")}`);
  };
}

function parts(annotation: string): readonly string[] {
  if (!annotation.trimStart().startsWith("[")) return [annotation];
  try {
    const list: unknown = JSON.parse(annotation);
    if (Array.isArray(list) && list.every((item) => typeof item === "string")) return list;
  } catch {
    // Falls through to being judged, and refused, as one condition.
  }
  return [annotation];
}

function conditionOf(part: string): ((object: Values) => boolean) | undefined {
  const [, type, status = "True"] = /^condition=([^=]+)(?:=(.+))?$/i.exec(part) ?? [];
  return type === undefined
    ? undefined
    : (object) => String(condition(object, type)?.status).toLowerCase() === status.toLowerCase();
}

function pathOf(part: string): ((object: Values) => boolean) | undefined {
  const [, path, value] = /^jsonpath=\{?\.?([^}=]+)\}?(?:=(.*))?$/.exec(part) ?? [];
  if (path === undefined) return undefined;
  return (object) => {
    const found = valueAt(object, parsePath(path));
    return value === undefined ? found !== undefined : String(found) === value;
  };
}
