import { setTimeout as sleep } from "node:timers/promises";

import { SandboxInputError } from "../../errors.js";
import {
  type CreateRequest,
  hasUnknown,
  isObject,
  type Outgoing,
  PartialFailure,
  parsePath,
  type UpdateRequest,
  unknown,
  type Values,
  valueAt,
} from "../protocol/index.js";
import { ApiError, isNotFound } from "./api-error.js";
import type { Settings } from "./arguments.js";
import { annotation, awaitReady } from "./await/index.js";
import type { Cluster, ObjectRef, WriteOptions } from "./cluster.js";
import { kindOf } from "./kind.js";
import { idOf, managerOf, refOf, sets, stateOf, withValue } from "./object.js";
import { previewCreate, previewed } from "./preview.js";

/** Namespaces and definitions that others create may come a little later, after these times, in milliseconds. */
const misordered = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * Creates an object and waits until it is ready; in a preview asks the server what would come of it.
 *
 * @param replaced whether it takes the place of one that is there now and may have the same name
 */
export async function create(
  request: CreateRequest,
  cluster: Cluster,
  settings: Settings,
  replaced: boolean,
) {
  const kind = kindOf(request.type);
  const ref = refOf(kind, request.inputs);
  const options = writeOptions(request, managerOf(request.urn), settings);
  if (request.preview) {
    if (hasUnknown(request.inputs)) return { id: "", state: { ...request.inputs, status: unknown } };
    const taken = () => {
      if (settings.upsert || replaced) return;
      request.log.warning(
        `${ref.kind.kind} "${idOf(ref)}" exists already: up will refuse unless it goes first`,
      );
    };
    const made = await previewCreate(ref, request.inputs, cluster, options, taken);
    return { id: "", state: previewed(request.inputs, made) };
  }
  if (!settings.upsert) await refuseExisting(ref, cluster);
  const applied = await patiently(request, () => cluster.apply(ref, request.inputs, options));
  return { id: idOf(ref), state: await settled(request, ref, applied, cluster, options.manager) };
}

/** Changes an object and waits until it is ready again; in a preview asks the server what would come of it. */
export async function update(request: UpdateRequest, cluster: Cluster, settings: Settings) {
  const kind = kindOf(request.type);
  const ref = refOf(kind, request.inputs);
  const manager = managerOf(request.urn, request.oldState);
  const options = writeOptions(request, manager, settings);
  if (request.preview && hasUnknown(request.inputs)) {
    return { state: { ...request.inputs, status: unknown } };
  }
  const object = await withIgnored(request, ref, cluster);
  const applied = await applyOwn(ref, object, request, cluster, options);
  if (request.preview) return { state: stateOf(kind, applied, manager) };
  return { state: await settled(request, ref, applied, cluster, manager) };
}

async function settled(
  request: CreateRequest,
  ref: ObjectRef,
  applied: Values,
  cluster: Cluster,
  manager: string,
): Promise<Outgoing> {
  const { log, signal, timeoutSeconds } = request;
  const limit = timeoutSeconds === undefined ? {} : { timeoutSeconds };
  const { live, reasons } = await awaitReady(applied, { ref, cluster, log, signal, ...limit });
  const state = stateOf(ref.kind, live, manager);
  if (reasons.length === 0) return state;
  const [first = "", ...rest] = reasons;
  const named = [`${ref.kind.kind} ${idOf(ref)}: ${first}`, ...rest];
  throw new PartialFailure(idOf(ref), state, named, request.inputs);
}

/**
 * Applies; a field that this resource has set before and that someone else changed since is taken back, a
 * field of someone else's that it never set is a conflict.
 */
async function applyOwn(
  ref: ObjectRef,
  object: Values,
  request: UpdateRequest,
  cluster: Cluster,
  options: WriteOptions,
): Promise<Values> {
  try {
    return await cluster.apply(ref, object, options);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409 || error.causes.length === 0) throw error;
    const foreign = error.causes.filter(({ field }) => !sets(request.oldInputs, field));
    if (foreign.length > 0) throw error;
    const taken = error.causes.map(({ field, message }) => `${field.replace(/^\./, "")} (${message})`);
    request.log.info(`taking back what was changed directly: ${taken.join(", ")}`);
    return cluster.apply(ref, object, { ...options, force: true });
  }
}

async function refuseExisting(ref: ObjectRef, cluster: Cluster): Promise<void> {
  if ((await cluster.get(ref).catch(absent)) === undefined) return;
  throw new SandboxInputError(
    `${ref.kind.kind} "${idOf(ref)}" exists already and is not this stack's`,
    "import it (pulumi import), give the resource another name or an alias of its old one, or set the " +
      "provider's upsertExistingObjects",
  );
}

/** A kind that is not served yet has no objects. */
function absent(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}

/** Properties whose changes are to be ignored keep the value that they have in the cluster by now. */
async function withIgnored(request: UpdateRequest, ref: ObjectRef, cluster: Cluster): Promise<Values> {
  if (request.ignoreChanges.length === 0) return request.inputs;
  const live = await cluster.get(ref, request.signal);
  let object: Values = request.inputs;
  for (const ignored of request.ignoreChanges) {
    const path = parsePath(ignored);
    const value = valueAt(live, path);
    const kept = value === undefined ? object : withValue(object, path, value);
    if (isObject(kept)) object = kept;
  }
  return object;
}

async function patiently<T>(request: CreateRequest, work: () => Promise<T>): Promise<T> {
  for (const wait of misordered) {
    try {
      return await work();
    } catch (error) {
      if (!isNotFound(error)) throw error;
      request.log.status(`${error instanceof Error ? error.message : String(error)}; trying again`);
      await sleep(wait, undefined, { signal: request.signal });
    }
  }
  return work();
}

function writeOptions(request: CreateRequest, manager: string, settings: Settings): WriteOptions {
  const { log, signal, preview } = request;
  const force = settings.force || annotation(request.inputs, "patchForce") === "true";
  const quiet = settings.quietDeprecations;
  const onWarning = (text: string) => log.warning(text);
  return { manager, dryRun: preview, force, signal, ...(quiet ? {} : { onWarning }) };
}
