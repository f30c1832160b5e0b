import { type DiffAnswer, type DiffRequest, differences, isObject, type Values } from "../protocol/index.js";
import { ApiError } from "./api-error.js";
import type { Settings } from "./arguments.js";
import type { Cluster } from "./cluster.js";
import { fillUnknown, refusedChanges, replacedByRule } from "./immutable.js";
import { kindOf } from "./kind.js";
import { isAutonamed } from "./naming.js";
import { managerOf, refOf } from "./object.js";

/**
 * Compares inputs with the last ones. Whether a change can be made in place is not guessed: the API server
 * is asked by a dry run.
 */
export async function diff(request: DiffRequest, cluster: Cluster, settings: Settings): Promise<DiffAnswer> {
  const kind = kindOf(request.type);
  const changes = differences(request.oldInputs, request.news);
  const paths = Object.keys(changes);
  if (paths.length === 0) return { changes };
  const ruled = replacedByRule(kind, request.news, paths, settings);
  // An object of another name or in another namespace is another object: nothing to ask.
  const moved = ruled.some((path) => path.startsWith("metadata."));
  const refused = moved ? [] : await tried(request, cluster, paths);
  const replaces = [...new Set([...ruled, ...refused])];
  const sameName = !moved && !isAutonamed(request.news);
  return { changes, replaces, deleteBeforeReplace: replaces.length > 0 && sameName };
}

async function tried(request: DiffRequest, cluster: Cluster, changes: readonly string[]): Promise<string[]> {
  const ref = refOf(kindOf(request.type), request.oldInputs);
  const filled = fillUnknown(request.news, request.oldInputs);
  const object: Values = isObject(filled) ? filled : {};
  const manager = managerOf(request.urn, request.oldState);
  try {
    await cluster.apply(ref, object, { manager, dryRun: true, force: true, signal: request.signal });
    return [];
  } catch (error) {
    if (error instanceof ApiError) return refusedChanges(error, changes);
    throw error;
  }
}
