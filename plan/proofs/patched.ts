import type { Plan } from "../schema/index.js";
import type { PatchStep } from "./finding.js";

/** RFC 6901: a place in a document. */
export const pointer = (...keys: readonly (string | number)[]): string =>
  keys.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/**
 * A plan with a patch applied; the plan itself stays as it is. What no step touches is shared between both: proofs try
 * many changes of plans that are large.
 *
 * For proofs that try their fixes before they propose them. What a patch adds has to be whole: no defaults are filled
 * in here.
 *
 * @throws RangeError when a step names a place that is not there
 */
export function patched(plan: Plan, steps: readonly PatchStep[]): Plan {
  if (steps.length === 0) return plan;
  const copy: Plan = { ...plan };
  const ours = new Set<object>([copy]);
  for (const step of steps) apply(copy, step, ours);
  return copy;
}

/** Changes a document in place; whatever on the way is not `ours` yet is replaced by a copy that is. */
function apply(document: object, step: PatchStep, ours: Set<object>): void {
  const keys = step.path
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = keys.pop() ?? "";
  let place = document;
  for (const key of keys) {
    const next: unknown = Object.hasOwn(place, key) ? Reflect.get(place, key) : undefined;
    if (!isObject(next)) throw new RangeError(`the plan has no place "${step.path}"`);
    const own = ours.has(next) ? next : Array.isArray(next) ? [...next] : { ...next };
    if (own !== next) Reflect.set(place, key, own);
    ours.add(own);
    place = own;
  }
  if (Array.isArray(place)) {
    const index = last === "-" ? place.length : Number(last);
    if (step.op === "remove") place.splice(index, 1);
    else place.splice(index, step.op === "replace" ? 1 : 0, step.value);
  } else if (step.op === "remove") Reflect.deleteProperty(place, last);
  else Reflect.set(place, last, step.value);
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
