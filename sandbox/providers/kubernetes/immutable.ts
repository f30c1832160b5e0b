import { isList, isObject, isUnknown, parsePath, type Value, type Values } from "../protocol/index.js";
import { ApiError } from "./api-error.js";
import type { Settings } from "./arguments.js";
import type { Kind } from "./kind.js";

/** How the API server says that a property can't be changed any more. */
const refusals =
  /immutable|may not (be )?change|can ?not (be )?(change|update)|updates? to .*(forbidden|fields other than)|are forbidden/i;

/** Properties whose change always means another object, by the provider's own rules. */
export function replacedByRule(
  kind: Kind,
  object: Values,
  changes: readonly string[],
  settings: Settings,
): string[] {
  const { mutableConfigMaps, mutableSecrets } = settings;
  const frozen = object.immutable === true;
  const rules = [
    ["metadata", "name"],
    ["metadata", "namespace"],
  ];
  if (kind.group === "" && kind.kind === "ConfigMap" && (frozen || !mutableConfigMaps)) {
    rules.push(["data"], ["binaryData"]);
  }
  if (kind.group === "" && kind.kind === "Secret" && (frozen || !mutableSecrets)) {
    rules.push(["data"], ["stringData"], ["type"]);
  }
  return changes.filter((change) => {
    const path = parsePath(change);
    return rules.some((rule) => rule.every((part, index) => path[index] === part));
  });
}

/**
 * Changed properties that the API server refuses to change in place. The server names what it refuses, at
 * times only roughly (`spec`), and says so in words; none means that it refused for another reason.
 */
export function refusedChanges(error: unknown, changes: readonly string[]): string[] {
  if (!(error instanceof ApiError) || ![403, 422].includes(error.status)) return [];
  const causes = error.causes.filter(({ message }) => refusals.test(message));
  if (causes.length === 0) return refusals.test(error.message) ? [...changes] : [];
  const named = changes.filter((change) =>
    causes.some(({ field }) => overlaps(parsePath(change), parsePath(field))),
  );
  return named.length > 0 ? named : [...changes];
}

function overlaps(left: readonly (string | number)[], right: readonly (string | number)[]): boolean {
  const shared = Math.min(left.length, right.length);
  return right.length > 0 && left.slice(0, shared).every((part, index) => part === right[index]);
}

/** Inputs with the old value wherever the new one isn't known yet, so that the server can judge the rest. */
export function fillUnknown(news: Value, olds: Value | undefined): Value | undefined {
  if (isUnknown(news)) return olds;
  if (isList(news)) {
    return news
      .map((item, index) => fillUnknown(item, isList(olds) ? olds[index] : undefined))
      .filter((item) => item !== undefined);
  }
  if (!isObject(news)) return news;
  const filled: Record<string, Value> = {};
  for (const [name, item] of Object.entries(news)) {
    const value = fillUnknown(item, isObject(olds) ? olds[name] : undefined);
    if (value !== undefined) filled[name] = value;
  }
  return filled;
}
