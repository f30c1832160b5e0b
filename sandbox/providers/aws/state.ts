import { equal, unknown, type Value, type Values } from "../protocol/index.js";
import { defaultsKey } from "./autoname.js";
import { canonical } from "./canonical.js";
import type { Configuration } from "./configuration.js";
import type { AnyResource } from "./resource.js";
import { schema } from "./schema/schema.js";
import { splitTags } from "./tags.js";

/** What a resource would be after a preview: its inputs, and unknown whatever only AWS decides. */
export function foreseen(type: AnyResource, inputs: Values, oldState: Values = {}): Values {
  const { outputs = [], inputs: properties = {} } = schema.resources[type.token] ?? {};
  const state: Record<string, Value> = { ...inputs };
  delete state[defaultsKey];
  for (const name of outputs) {
    if (name in inputs) continue;
    const computed =
      !(name in properties) || (type.computed as readonly string[] | undefined)?.includes(name);
    if (computed) state[name] = oldState[name] ?? unknown;
  }
  // Tags change together with what they add up to.
  if ("tagsAll" in state && !equal(inputs.tags, oldState.tags)) state.tagsAll = unknown;
  return state;
}

/** What {@link describeLive} tells about a resource as it stands. */
export interface LiveRequest {
  readonly live: Values;
  /** Inputs of the last update. */
  readonly inputs: Values;
  /** State before, or the inputs when the resource is new. */
  readonly state: Values;
  /** Whether nothing was known before. */
  readonly imported: boolean;
  readonly settings: Configuration;
}

/**
 * State and inputs of a resource as it stands. A value that means what the old one means keeps the old one's
 * spelling, so that only what was really changed differs.
 */
export function describeLive(type: AnyResource, request: LiveRequest): { state: Values; inputs: Values } {
  const { inputs, imported, settings } = request;
  const { inputs: properties = {} } = schema.resources[type.token] ?? {};
  const live = splitTags(type, defined(request.live), inputs, settings);
  const writeOnly = new Set<string>(type.writeOnly);
  const computed = new Set<string>(type.computed);
  const liveSpelling = new Set<string>(type.liveSpelling);

  const state: Record<string, Value> = {};
  for (const name of new Set([...Object.keys(live), ...writeOnly])) {
    const old = request.state[name];
    const now = writeOnly.has(name) ? old : live[name];
    const chosenByAws = computed.has(name) && inputs[name] === undefined && !imported;
    const keep =
      old !== undefined && (chosenByAws || (!liveSpelling.has(name) && same(type, name, old, now)));
    const kept = keep ? old : now;
    if (kept !== undefined) state[name] = kept;
  }

  const found: Record<string, Value> = {};
  const unsupported = new Set<string>(type.unsupported);
  for (const name of Object.keys(properties).filter((known) => !unsupported.has(known))) {
    const old = inputs[name];
    const now = writeOnly.has(name) ? old : live[name];
    if (old !== undefined) {
      const kept = same(type, name, old, now) ? old : now;
      if (kept !== undefined) found[name] = kept;
    } else if (
      now !== undefined &&
      (imported ? name in canonical(type, { [name]: now }) : !computed.has(name))
    ) {
      // Left out of the program: only what differs from leaving it out is a finding.
      if (!same(type, name, undefined, now)) found[name] = now;
    }
  }
  if (inputs[defaultsKey] !== undefined) found[defaultsKey] = inputs[defaultsKey];
  return { state, inputs: found };
}

/** Whether two values of an input mean the same; undefined stands for leaving it out. */
function same(type: AnyResource, name: string, left: Value | undefined, right: Value | undefined): boolean {
  const spelled = (value: Value | undefined) =>
    canonical(type, value === undefined ? {} : { [name]: value })[name];
  return equal(spelled(left) ?? null, spelled(right) ?? null);
}

function defined(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null),
  );
}
